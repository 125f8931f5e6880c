#pragma once

// CHAR(n) and VARCHAR(n). No values are of these types: a column that was declared with one is a
// STRING, and its metadata says under kDeclaredTypeKey, in Spark's words, what it was declared as
// ("array<char(3)>"). Whoever writes to such a column checks lengths by that.
//
// Types and schemas called "declared" still have CHAR and VARCHAR in them: texts whose type object
// carries a limit. They are only passed from what reads types to what decides what becomes of them;
// plans, arrays and tables never have them. Arrow's equality does not know the limit.

#include <optional>
#include <string>
#include <string_view>

#include "thalweg/types/column_metadata.h"
#include "thalweg/types/data_types.h"

namespace thalweg {

class Settings;

/// Under which name the metadata of a column says what it was declared as.
inline constexpr std::string_view kDeclaredTypeKey = "__CHAR_VARCHAR_TYPE_STRING";

struct CharLimit {
  /// CHAR: shorter texts are filled with blanks. Otherwise VARCHAR.
  bool is_char = false;
  /// In characters.
  int length = 0;
};

TypePtr CharTypeOf(CharLimit limit);
/// Null for all other types. Parts of nested types do not count.
const CharLimit* FindCharLimit(const arrow::DataType& type);
/// Whether the type is, or has anywhere inside, a CHAR or VARCHAR.
bool HasCharType(const arrow::DataType& type);
bool HasCharType(const arrow::Schema& schema);
/// The type with STRING instead of both.
TypePtr WithoutCharTypes(const TypePtr& type);
SchemaPtr WithoutCharTypes(const SchemaPtr& schema);
/// The type with VARCHAR(n) instead of CHAR(n).
TypePtr CharAsVarchar(const TypePtr& type);

/// A declared type, as ParseDataType() reads it, and a declared schema, as ParseSchema() does.
Result<TypePtr> ParseDeclaredType(std::string_view text);
Result<SchemaPtr> ParseDeclaredSchema(std::string_view text);
Result<SchemaPtr> DeclaredSchemaFromJson(std::string_view json);

/// Columns of a declared schema as those of a table: STRING, with what they were declared as in
/// the metadata.
SchemaPtr NoteDeclaredTypes(const SchemaPtr& declared);
/// What the metadata says that a column was declared as; null if it says nothing, or nothing that
/// is a type with CHAR or VARCHAR in it.
TypePtr DeclaredTypeOf(const ColumnMetadata& metadata);
/// The same of a column; its own type where the metadata says nothing, or of another type.
TypePtr DeclaredTypeOf(const arrow::Field& field);
/// Whether `declared` has texts where `type` has some, and nesting as it has: metadata come from
/// anywhere.
bool IsDeclaredFormOf(const arrow::DataType& declared, const arrow::DataType& type);
/// The metadata without what a column was declared as.
ColumnMetadata WithoutDeclaredType(const ColumnMetadata& metadata);

/// Whether spark.sql.legacy.charVarcharAsString makes all of them plain strings: what columns were
/// declared as stays, but nobody heeds it.
bool TakesCharsAsStrings(const Settings& settings);
/// Columns, of which the metadata says what they were declared as, with VARCHAR instead of CHAR if
/// spark.sql.charAsVarchar says so, as new tables get them.
SchemaPtr DeclaredUnderSettings(const SchemaPtr& schema, const Settings& settings);

/// What has no place to keep limits in: readers, functions. Plain strings if the settings say so.
/// Errors: UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING.
Result<TypePtr> RefuseCharTypes(const TypePtr& declared, const Settings& settings);
Result<SchemaPtr> RefuseCharTypes(const SchemaPtr& declared, const Settings& settings);
/// The same of a text, where there are no settings. Errors: also those of ParseDataType().
Result<TypePtr> ParseTypeWithoutChars(std::string_view text);

}  // namespace thalweg
