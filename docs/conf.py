"""Sphinx, for ./run docs: tools/build_docs.py writes the generated parts first."""

project = "Fovea"
author = "the Fovea authors"
copyright = "the Fovea authors; Apache-2.0"

extensions = ["myst_parser", "sphinx_copybutton", "sphinx-mathjax-offline"]
myst_enable_extensions = ["dollarmath", "attrs_inline", "attrs_block", "colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["**/_*", "requirements.txt"]
highlight_language = "cpp"
pygments_style = "friendly"
pygments_dark_style = "monokai"

html_theme = "furo"
html_title = "Fovea"
html_static_path = ["_static", "pictures"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#2f6690",
        "color-brand-content": "#2f6690",
        "color-background-primary": "#fdfdfb",
        "color-background-secondary": "#f4f5f2",
    },
    "dark_css_variables": {"color-brand-primary": "#8fc1e3", "color-brand-content": "#8fc1e3"},
    "navigation_with_keys": True,
}
