#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace thalweg::connect {

/// The class of the exception that Spark throws for `condition` (empty: none), followed by its
/// superclasses up to java.lang.Object.
std::vector<std::string> ExceptionClasses(std::string_view condition);

/// The same for a class by its short name ("AnalysisException").
std::vector<std::string> SuperclassesOf(std::string_view short_name);

}  // namespace thalweg::connect
