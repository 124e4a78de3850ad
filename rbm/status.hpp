// rbm/status.hpp: how a call that can fail says so. There are no exceptions; a refused call has changed nothing.
// SPDX-License-Identifier: MIT

#ifndef RBM_STATUS_HPP
#define RBM_STATUS_HPP

#include <stdint.h>

#include "config.hpp"

namespace rbm {

enum class RBM_MUST_USE Status : uint8_t {
  ok = 0,
  not_finite,        // an input, option or parameter is NaN or infinite, or chains ran away
  out_of_range,      // an input lies outside the units' range, or an option outside its own
  too_large,         // more than there is room for, or than can be counted in a reasonable time
  not_normalizable,  // the model has no partition function: its real units are not held together
  stopped,           // by the caller, who was told of the progress
};

/// The status in words, for a log or a serial line.
inline const char* to_string(Status status) {
  return status == Status::ok                 ? "ok"
         : status == Status::not_finite       ? "not finite"
         : status == Status::out_of_range     ? "out of range"
         : status == Status::too_large        ? "too large"
         : status == Status::not_normalizable ? "not normalizable"
         : status == Status::stopped          ? "stopped"
                                              : "unknown status";
}

/// The first of two statuses that is not ok.
inline Status first_failure(Status first, Status second) { return first != Status::ok ? first : second; }

}  // namespace rbm

#endif  // RBM_STATUS_HPP
