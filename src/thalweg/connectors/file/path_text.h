#pragma once

// Names of partition directories and paths as URIs, written as Spark writes them.

#include <string>
#include <string_view>

#include "thalweg/base/status.h"

namespace thalweg::connectors {

/// Directory value of a null or empty partition value.
inline constexpr std::string_view kDefaultPartitionName = "__HIVE_DEFAULT_PARTITION__";

/// "a/b" -> "a%2Fb": what may not stand in a directory name is percent-encoded.
std::string EscapePartitionText(std::string_view text);
/// The reverse; a stray '%' stays as it is.
std::string UnescapePartitionText(std::string_view text);

/// "/tmp/a b" -> "file:///tmp/a%20b": the form of paths in the logs.
std::string PathToUri(std::string_view path);
/// The reverse; also takes "file:/x" and plain paths.
std::string UriToPath(std::string_view uri);

/// The path made absolute and clean; "file:" is taken off.
std::string AbsolutePath(std::string_view path);
/// "file:/x": how messages and descriptions name a path.
std::string QualifiedPath(std::string_view path);

}  // namespace thalweg::connectors
