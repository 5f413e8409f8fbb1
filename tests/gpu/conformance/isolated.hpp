// Runs cases in a process of their own, so that one which breaks or hangs the device costs only itself.
//
//     outcomes all = isolated(names, [](std::size_t i) { return outcome_of_case(i); });
//
// The child goes through the cases in order. When it ends early, or says nothing for half a minute, the case it was at
// is complained of and a new child goes on behind it. With FOVEA_ONE_PROCESS set, for tools that follow no fork, all
// run here. Nothing before may have used the device: its state does not survive fork().
#pragma once
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "gpu/conformance/outcome.hpp"

namespace tests {

inline bool send(int to, void const* from, std::size_t bytes) {
    auto const* at = static_cast<char const*>(from);
    while (bytes > 0) {
        const ssize_t n = write(to, at, bytes);
        if (n <= 0) return false;
        at += n;
        bytes -= static_cast<std::size_t>(n);
    }
    return true;
}
inline bool receive(int from, void* to, std::size_t bytes, int patience) {
    auto* at = static_cast<char*>(to);
    while (bytes > 0) {
        pollfd ready{from, POLLIN, 0};
        int answer = 0;
        do answer = poll(&ready, 1, patience);
        while (answer < 0 && errno == EINTR);
        const ssize_t n = answer > 0 ? read(from, at, bytes) : 0;
        if (n <= 0) return false;
        at += n;
        bytes -= static_cast<std::size_t>(n);
    }
    return true;
}

template <class T> bool send_all(int to, T const& items) {
    const std::size_t count = items.size();
    return send(to, &count, sizeof count) && send(to, items.data(), count * sizeof items[0]);
}
template <class T> bool receive_all(int from, T& items, int patience) {
    std::size_t count = 0;
    if (!receive(from, &count, sizeof count, patience)) return false;
    items.resize(count);
    return receive(from, items.data(), count * sizeof items[0], patience);
}

// What one case makes of itself, or of an exception.
template <class Run> outcome attempted(std::string const& name, Run const& run, std::size_t i) {
    try {
        return run(i);
    } catch (std::exception const& e) { return {name, {}, e.what()}; }
}

// `patience`: of so many milliseconds without a word.
template <class Run>
outcomes isolated(std::vector<std::string> const& names, Run const& run, int patience = 30000) {
    outcomes all;
    if (std::getenv("FOVEA_ONE_PROCESS")) {
        while (all.size() < names.size()) all.push_back(attempted(names[all.size()], run, all.size()));
        return all;
    }
    while (all.size() < names.size()) {
        int ends[2];
        if (pipe(ends) != 0) return all;
        const pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            bool going = true;
            for (std::size_t i = all.size(); going && i < names.size(); ++i) {
                const outcome one = attempted(names[i], run, i);
                going = send_all(ends[1], one.complaint) && send_all(ends[1], one.out) && one.complaint.empty();
            }
            _exit(0); // an error of the device stays with its process
        }
        close(ends[1]);
        outcome one;
        do {
            one = {names[all.size()], {}, {}};
            if (child < 0 || !receive_all(ends[0], one.complaint, patience) || !receive_all(ends[0], one.out, patience))
                one = {names[all.size()], {}, "its process ended, or said nothing for too long"};
            all.push_back(one);
        } while (one.complaint.empty() && all.size() < names.size());
        close(ends[0]);
        if (child > 0) {
            kill(child, SIGKILL);
            waitpid(child, nullptr, 0);
        }
    }
    return all;
}

} // namespace tests
