#pragma once

// spark.read.json(texts), csv(texts) and xml(texts): rows out of the texts of a DataFrame.

#include <string>

#include "thalweg/formats/format_options.h"
#include "thalweg/plan/spec/relation.h"
#include "thalweg/session/session.h"

namespace thalweg::session {

struct TextParse {
  /// A batch query of one column of texts.
  plan::spec::RelationPtr input;
  /// "json", "csv" or "xml".
  std::string format;
  formats::FormatOptions options;
  /// Columns of the rows, CHAR and VARCHAR kept (types/char_type.h); null: they are inferred.
  SchemaPtr schema;
};

/// The relation of the rows (formats/text_records.h). All columns are nullable. Where the schema
/// is inferred, or a header is to be found, the input is run now.
/// Errors: DATAFRAME_INPUT_NOT_SINGLE_COLUMN, DATAFRAME_INPUT_NOT_STRING_TYPE,
/// UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING, _LEGACY_ERROR_TEMP_3102 for a stream; those of the input,
/// of the options and of the schema.
Result<plan::spec::RelationPtr> ParseTexts(Session* session, TextParse parse);

}  // namespace thalweg::session
