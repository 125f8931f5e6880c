#include "thalweg/types/distinct_names.h"

#include <unordered_set>

#include "thalweg/types/identifier_text.h"

namespace thalweg {

Status CheckDistinctNames(const std::vector<std::string>& names, bool case_sensitive) {
  std::unordered_set<std::string> seen;
  for (const std::string& written : names) {
    const std::string name = case_sensitive ? written : ToLowerAscii(written);
    if (seen.insert(name).second) continue;
    return MakeError("COLUMN_ALREADY_EXISTS", {{"columnName", QuoteIdentifier(name)}});
  }
  return Status::OK();
}

}  // namespace thalweg
