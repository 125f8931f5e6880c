#include "thalweg/plan/analyzer/scope.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/suggestion.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {
namespace {

constexpr size_t kMaxSuggestions = 5;

// Attributes named `name`, below `qualifier` unless that is empty; equal ids count once.
std::vector<Attribute> Candidates(const std::vector<Attribute>& attributes,
                                  const std::string& qualifier, const std::string& name) {
  std::vector<Attribute> found;
  for (const Attribute& attribute : attributes) {
    if (!EqualsIgnoreCase(attribute.name, name)) continue;
    if (!qualifier.empty() &&
        (attribute.qualifier.empty() || !EqualsIgnoreCase(attribute.qualifier.back(), qualifier))) {
      continue;
    }
    const bool known = std::any_of(found.begin(), found.end(),
                                   [&](const Attribute& a) { return a.id == attribute.id; });
    if (!known) found.push_back(attribute);
  }
  return found;
}

std::vector<std::string> QualifiedName(const Attribute& attribute) {
  std::vector<std::string> parts = attribute.qualifier;
  parts.push_back(attribute.name);
  return parts;
}

Status AmbiguousReference(const std::vector<std::string>& parts,
                          const std::vector<Attribute>& candidates) {
  std::vector<std::string> names;
  for (const Attribute& candidate : candidates) {
    names.push_back(QuoteIdentifiers(QualifiedName(candidate)));
  }
  return MakeError("AMBIGUOUS_REFERENCE",
                   {{"name", QuoteIdentifiers(parts)},
                    {"referenceNames", fmt::format("[{}]", fmt::join(names, ", "))}});
}

Result<std::optional<NameMatch>> MakeMatch(const std::vector<Attribute>& candidates,
                                           const std::vector<std::string>& parts, size_t at) {
  if (candidates.size() > 1) return AmbiguousReference(parts, candidates);
  NameMatch match{candidates[0], parts[at], {parts.begin() + at + 1, parts.end()}};
  return std::optional<NameMatch>(std::move(match));
}

// Keeps the last `count` parts of each name if what is cut off is the same everywhere.
bool StripCommonPrefix(std::vector<std::vector<std::string>>* names, size_t count) {
  std::set<std::vector<std::string>> prefixes;
  for (const auto& name : *names) {
    const size_t kept = std::min(count, name.size());
    prefixes.emplace(name.begin(), name.end() - static_cast<std::ptrdiff_t>(kept));
  }
  if (prefixes.size() != 1) return false;
  for (auto& name : *names) {
    const size_t kept = std::min(count, name.size());
    name.erase(name.begin(), name.end() - static_cast<std::ptrdiff_t>(kept));
  }
  return true;
}

}  // namespace

Result<std::optional<NameMatch>> FindName(const Scope& scope,
                                          const std::vector<std::string>& parts) {
  if (parts.size() > 1) {
    std::vector<Attribute> found = Candidates(scope.attributes, parts[0], parts[1]);
    if (!found.empty()) return MakeMatch(found, parts, 1);
  }
  std::vector<Attribute> found = Candidates(scope.attributes, "", parts[0]);
  if (!found.empty()) return MakeMatch(found, parts, 0);
  if (parts.size() > 1) {
    found = Candidates(scope.hidden, parts[0], parts[1]);
    if (!found.empty()) return MakeMatch(found, parts, 1);
    found = Candidates(scope.metadata, parts[0], parts[1]);
    if (!found.empty()) return MakeMatch(found, parts, 1);
  }
  found = Candidates(scope.metadata, "", parts[0]);
  if (!found.empty()) return MakeMatch(found, parts, 0);
  return std::optional<NameMatch>();
}

void KeepInReach(const std::vector<Attribute>& attributes, std::vector<NamedExpression>* items) {
  for (const Attribute& attribute : attributes) {
    const bool known = std::any_of(items->begin(), items->end(), [&](const NamedExpression& item) {
      return item.output.id == attribute.id;
    });
    if (!known) items->push_back(PassThrough(attribute));
  }
}

Status UnresolvedColumn(const Scope& scope, const std::vector<std::string>& parts) {
  const std::string written = QuoteIdentifiers(parts);
  if (scope.attributes.empty()) {
    return MakeError("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", {{"objectName", written}});
  }
  std::vector<std::vector<std::string>> names;
  for (const Attribute& attribute : scope.attributes) names.push_back(QualifiedName(attribute));
  const bool stripped = parts.size() == 1 && StripCommonPrefix(&names, 1);
  if (!stripped && parts.size() <= 2) StripCommonPrefix(&names, 2);
  std::string plain;
  for (const std::string& part : parts) {
    plain += (plain.empty() ? "" : ".") + QuoteIdentifierIfNeeded(part);
  }
  std::sort(names.begin(), names.end(),
            [](const auto& a, const auto& b) { return QuoteIdentifiers(a) < QuoteIdentifiers(b); });
  const std::vector<std::string> proposal = ClosestNames(plain, names, kMaxSuggestions);
  return MakeError(
      "UNRESOLVED_COLUMN.WITH_SUGGESTION",
      {{"objectName", written}, {"proposal", fmt::format("{}", fmt::join(proposal, ", "))}});
}

std::string SortedColumnNames(const Scope& scope) {
  std::vector<std::string> names;
  for (const Attribute& attribute : scope.attributes) {
    names.push_back(QuoteIdentifier(attribute.name));
  }
  std::sort(names.begin(), names.end());
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace thalweg::plan
