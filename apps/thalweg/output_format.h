#pragma once

// How rows are printed.
//
// Semantics: `table` is the grid of Dataset.show with whole cells, left aligned, for all rows;
// `csv` is a header line and RFC 4180 records (null is an empty field, an empty text is ""), values
// cast to text; `json` is one object a line as to_json writes it, in column order, nulls kept,
// times in the session time zone.

#include <memory>
#include <optional>
#include <string_view>

#include "text_output.h"
#include "thalweg/data/batch.h"
#include "thalweg/session/session.h"

namespace thalweg::cli {

enum class OutputFormat { kTable, kCsv, kJson };

/// "table", "csv", "json"; nothing for other texts.
std::optional<OutputFormat> ParseOutputFormat(std::string_view text);
std::string_view OutputFormatName(OutputFormat format);

/// Prints the rows of one result. csv and json write as rows come; table keeps them until EndBlock,
/// as column widths need them all. One thread at a time.
class RowPrinter {
 public:
  virtual ~RowPrinter() = default;
  /// Dense or selected rows.
  virtual Status Write(const Batch& batch) = 0;
  /// The result, or a micro-batch of it, is complete: everything written so far is printed.
  virtual Status EndBlock() = 0;
};

/// `session` and `output` outlive the printer. Errors: types the format cannot print.
Result<std::unique_ptr<RowPrinter>> MakeRowPrinter(OutputFormat format, session::Session* session,
                                                   const SchemaPtr& schema, TextOutput* output);

}  // namespace thalweg::cli
