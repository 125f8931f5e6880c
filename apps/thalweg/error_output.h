#pragma once

#include <string>
#include <string_view>

#include "thalweg/base/status.h"

namespace thalweg::cli {

/// Writes the error to stderr as RenderErrorInScript (script.h) words it; without a script, as
/// RenderError does.
void PrintError(const Status& status, std::string_view script = {});

/// `text` with bytes that are no UTF-8 and control characters other than line ends and tabs as
/// \xNN: messages quote data, which must not steer the terminal.
std::string PrintableText(std::string_view text);

}  // namespace thalweg::cli
