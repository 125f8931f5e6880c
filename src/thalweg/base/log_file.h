#pragma once

#include <string>

#include "thalweg/base/file_system.h"

namespace thalweg {

/// The whole text of a file that a query keeps in its checkpoint. Errors: not found (IsNotFound);
/// FAILED_READ_FILE.NO_HINT with the path for all others.
Result<std::string> ReadLogFile(FileSystem* file_system, const std::string& path);

/// The same of a file with a checksum (base/text_seal.h), without it. Errors: MALFORMED_LOG_FILE
/// too.
Result<std::string> ReadSealedLogFile(FileSystem* file_system, const std::string& path);

}  // namespace thalweg
