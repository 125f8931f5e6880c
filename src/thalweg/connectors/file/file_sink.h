#pragma once

#include <memory>
#include <string>

#include "thalweg/io/provider.h"

namespace thalweg::connectors {

/// A stream into files, exactly once for readers that honour the manifest (semantics 6.4): files
/// become visible when `_spark_metadata/<epoch>` names them. Append mode only.
Result<std::unique_ptr<io::StreamSink>> MakeFileStreamSink(const std::string& format_name,
                                                           const io::WriteArguments& arguments);

}  // namespace thalweg::connectors
