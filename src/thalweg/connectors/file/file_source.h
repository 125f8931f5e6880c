#pragma once

#include <memory>
#include <string>

#include "thalweg/io/provider.h"

namespace thalweg::connectors {

/// A stream of the files that come into a directory (semantics 6.1). Files are taken in the order
/// of their modification times and read once; which ones were taken is kept in the source's own
/// log, whose entry ids are the offsets ({"logOffset":N}).
Result<std::unique_ptr<io::StreamSource>> MakeFileStreamSource(
    const std::string& format_name, const io::StreamArguments& arguments);

}  // namespace thalweg::connectors
