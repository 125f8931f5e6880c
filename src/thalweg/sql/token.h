#pragma once

// Tokens of SQL text.

#include <string>
#include <string_view>

#include "thalweg/base/status.h"

namespace thalweg::sql {

enum class TokenKind {
  kWord,              // unquoted identifier or keyword: SQL reserves nearly none
  kQuotedIdentifier,  // `a b`
  kString,            // 'x', "x", r'x'
  kNumber,
  kSymbol,
  kHintStart,  // /*+
  kHintEnd,    // */
  kUnrecognized,
  kEnd,
};

enum class NumberKind {
  kNone,
  kInteger,     // 1
  kBigInt,      // 1L
  kSmallInt,    // 1S
  kTinyInt,     // 1Y
  kExponent,    // 1e3
  kDecimal,     // 1.5
  kFloat,       // 1F
  kDouble,      // 1D
  kBigDecimal,  // 1BD
};

/// One token; `text` points into the SQL text and is valid as long as that.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  NumberKind number = NumberKind::kNone;
  std::string_view text;
  /// Words in upper case (ASCII), else empty.
  std::string upper;
  /// Byte offsets: first, and one past the last.
  int start = 0;
  int end = 0;
  /// Of the first character: line from 1, column (in characters) from 0.
  int line = 1;
  int column = 0;
  /// For ( and ): index of the token that closes or opens it, -1 if there is none.
  int match = -1;
};

}  // namespace thalweg::sql
