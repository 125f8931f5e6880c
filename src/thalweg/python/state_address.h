#pragma once

#include <algorithm>
#include <string>

#include "thalweg/python/wire.h"

namespace thalweg::python {

/// Tells a worker where a state server listens: a port, or -1 and a path.
inline void PutStateAddress(const std::string& address, WireWriter* out) {
  const bool is_port = !address.empty() && std::all_of(address.begin(), address.end(),
                                                       [](char c) { return c >= '0' && c <= '9'; });
  out->Int(is_port ? std::stoi(address) : -1);
  if (!is_port) out->Text(address);
}

}  // namespace thalweg::python
