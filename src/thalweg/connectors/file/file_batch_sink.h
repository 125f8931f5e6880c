#pragma once

#include <memory>
#include <string>

#include "thalweg/io/provider.h"

namespace thalweg::connectors {

/// A batch write into files: epoch 0, then `_SUCCESS`. Overwriting removes what was there only when
/// the new files are complete. With SaveMode kIgnore and something there, IsCommitted(0) is true.
/// Errors: PATH_ALREADY_EXISTS.
Result<std::unique_ptr<io::StreamSink>> MakeFileBatchSink(const std::string& format_name,
                                                          const io::WriteArguments& arguments);

}  // namespace thalweg::connectors
