#pragma once

// XPath 1.0 over texts of XML, for the functions xpath, xpath_int and their kin.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg::functions {

/// One compiled path. One thread. Nothing outside a text is read; a text with a document type that
/// declares entities is refused.
class XPathEvaluator {
 public:
  virtual ~XPathEvaluator() = default;

  /// Errors: THALWEG_XPATH_FAILED.
  static Result<std::unique_ptr<XPathEvaluator>> Make(const std::string& path);

  // What the path gives for `xml`, converted as XPath does: of nodes the first counts.
  // Errors: THALWEG_XPATH_FAILED for what is no XML, or when the path asks for a function or
  // a prefix that there is not.
  virtual Result<bool> Boolean(std::string_view xml) = 0;
  /// NaN for what is no number.
  virtual Result<double> Number(std::string_view xml) = 0;
  virtual Status String(std::string_view xml, std::string* out) = 0;
  /// The values of all nodes in the order of the document, nothing for elements. Fails when the
  /// path gives no nodes.
  virtual Result<std::vector<std::optional<std::string>>> Nodes(std::string_view xml) = 0;
};

}  // namespace thalweg::functions
