#pragma once

#include <optional>
#include <string>
#include <vector>

#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// The names that expressions over a relation may use.
struct Scope {
  /// In the order of `*`.
  std::vector<Attribute> attributes;
  /// Left out of `*` and found only by a qualified name: the other side's column of a USING join.
  std::vector<Attribute> hidden;
  /// Left out of `*` and found where nothing else has the name: file metadata.
  std::vector<Attribute> metadata;
};

/// What a dotted name stands for: an attribute, then struct fields inside it.
struct NameMatch {
  Attribute attribute;
  /// The attribute's name as the user wrote it.
  std::string written_name;
  std::vector<std::string> fields;
};

/// Looks `parts` (a.b.c) up, case-insensitively: first as qualifier.column, then as column, the
/// rest being struct fields. Nothing if there is no such name. Errors: AMBIGUOUS_REFERENCE.
Result<std::optional<NameMatch>> FindName(const Scope& scope,
                                          const std::vector<std::string>& parts);

/// Adds those of `attributes` to the items of a projection that are not there: so they stay in
/// reach above it.
void KeepInReach(const std::vector<Attribute>& attributes, std::vector<NamedExpression>* items);

/// The error for a name that is nowhere: UNRESOLVED_COLUMN with Spark's suggestions.
Status UnresolvedColumn(const Scope& scope, const std::vector<std::string>& parts);

/// The quoted names of a scope's columns, sorted, for error texts.
std::string SortedColumnNames(const Scope& scope);

}  // namespace thalweg::plan
