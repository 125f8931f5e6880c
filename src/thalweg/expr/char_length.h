#pragma once

// What CHAR(n) and VARCHAR(n) do to texts: one call over a whole column, nested ones too, for which
// `declared` (types/char_type.h) says what is where. One that is not of the form of the value's
// type says nothing.

#include <string>
#include <string_view>

#include "thalweg/expr/expression.h"

namespace thalweg::expr {

/// What a column of the type is given for `value`: texts of CHAR(n) filled with blanks to n
/// characters, trailing blanks beyond n characters cut. Gives `value` itself if `declared` has
/// neither type. Errors when evaluated: EXCEED_LIMIT_LENGTH for other characters beyond n.
ExpressionPtr CheckCharLength(const ExpressionPtr& value, const TypePtr& declared);

/// `value` with texts of CHAR(n) filled with blanks to n characters; longer ones stay, as all
/// others do. Gives `value` itself if `declared` has no CHAR.
ExpressionPtr PadChars(const ExpressionPtr& value, const TypePtr& declared);

/// A text filled with blanks to `length` characters.
std::string PadText(std::string_view text, int length);
/// Characters of a text in UTF-8.
int64_t CountCharacters(std::string_view text);

}  // namespace thalweg::expr
