#pragma once

#include <memory>
#include <string>

#include "thalweg/io/provider.h"

namespace thalweg::connectors {

/// The schema of the files that `arguments` name. For a stream: the user's columns with the
/// partition columns that are there.
Result<SchemaPtr> InferFileSchema(const std::string& format_name,
                                  const io::ReadArguments& arguments, bool streaming);

/// All rows of the files as they are listed now.
Result<std::shared_ptr<io::Scan>> MakeFileScan(const std::string& format_name,
                                               const io::ReadArguments& arguments);

/// The paths of the files that a scan reads, as they were listed; none if it reads no files.
std::vector<std::string> FilesOfScan(const io::Scan& scan);

/// The paths of a reader made absolute.
std::vector<std::string> AbsolutePaths(const io::ReadArguments& arguments);

}  // namespace thalweg::connectors
