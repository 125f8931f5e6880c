#pragma once

// The message classes of the Spark Connect protocol, generated at build time (see
// cmake/ConnectProtocol.cmake). Include this header, never the generated ones.

#include <spark/connect/base.pb.h>

namespace thalweg::connect {

/// The protocol's package.
namespace proto = ::spark::connect;

}  // namespace thalweg::connect
