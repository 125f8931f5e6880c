#pragma once

// Rows as the text table that Dataset.show prints (semantics 6.7). Byte for byte as Spark: lengths
// count UTF-16 code units, wide East Asian characters take two places.

#include <string>
#include <vector>

#include "thalweg/data/batch.h"

namespace thalweg {

/// How rows are laid out: a line a row, a line a cell, or a table of HTML.
enum class ShowLayout { kTable, kVertical, kHtml };

struct ShowOptions {
  int64_t num_rows = 20;
  /// Cells longer than this are cut (with "..." from 4 on); 0 or less: whole, left aligned.
  int truncate = 20;
  ShowLayout layout = ShowLayout::kTable;
};

/// The text of Dataset.showString, or of the HTML that notebooks show; printing adds one more line
/// end. `columns` are utf8 arrays of
/// equal length holding one row more than asked for if there are more. A null cell shows as NULL.
/// `num_rows` is the length of the columns (they may be none).
Result<std::string> ShowString(const std::vector<std::string>& names,
                               const std::vector<ArrayPtr>& columns, int64_t num_rows,
                               const ShowOptions& options);

/// Places that `text` (UTF-8) takes: UTF-16 code units, wide characters counted twice.
int64_t DisplayWidth(std::string_view text);

}  // namespace thalweg
