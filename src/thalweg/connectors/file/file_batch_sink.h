#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/io/provider.h"

namespace thalweg::connectors {

/// Values of the first partition columns in their order, as text; none: NULL.
using StaticPartition = std::vector<std::pair<std::string, std::optional<std::string>>>;

/// The directory of these values, relative to that of the table ("day=1/hour=2").
std::string PartitionPath(const StaticPartition& partition);

/// A batch write into files: epoch 0, then `_SUCCESS`. Overwriting removes what was there only when
/// the new files are complete; with a static partition only below its directory, with
/// partitionOverwriteMode "dynamic" only in the directories that are written now. With SaveMode
/// kIgnore and something there, IsCommitted(0) is true. Errors: PATH_ALREADY_EXISTS.
Result<std::unique_ptr<io::StreamSink>> MakeFileBatchSink(const std::string& format_name,
                                                          const io::WriteArguments& arguments);

}  // namespace thalweg::connectors
