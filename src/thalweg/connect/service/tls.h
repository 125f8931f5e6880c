#pragma once

// The server's certificates.

#include <memory>
#include <string>

#include <grpcpp/security/server_credentials.h>

#include "thalweg/base/status.h"
#include "thalweg/connect/server.h"

namespace thalweg::connect {

/// Credentials of a server that shows the certificate of `files` and, when they name authorities,
/// lets only clients in whose certificate one of them has signed. The files are read once.
///
/// Errors, which name the file: what cannot be read, is not in PEM form, is encrypted or has
/// expired; a key that is not the certificate's.
Result<std::shared_ptr<grpc::ServerCredentials>> MakeTlsCredentials(const TlsFiles& files);

}  // namespace thalweg::connect
