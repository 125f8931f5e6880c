#include "thalweg/functions/xpath.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <mutex>

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "thalweg/formats/value_text.h"

namespace thalweg::functions {
namespace {

template <auto Free>
struct FreeWith {
  template <typename Value>
  void operator()(Value* value) const {
    Free(value);
  }
};
using Document = std::unique_ptr<xmlDoc, FreeWith<xmlFreeDoc>>;
using Context = std::unique_ptr<xmlXPathContext, FreeWith<xmlXPathFreeContext>>;
using Object = std::unique_ptr<xmlXPathObject, FreeWith<xmlXPathFreeObject>>;
using Path = std::unique_ptr<xmlXPathCompExpr, FreeWith<xmlXPathFreeCompExpr>>;

const xmlChar* Bytes(const char* text) { return reinterpret_cast<const xmlChar*>(text); }
const char* Chars(const xmlChar* text) {
  return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

/// Errors come back as results; nothing is printed.
void IgnoreError(void*, xmlErrorPtr) {}
void IgnoreMessage(void*, const char*, ...) {}

/// A number as Java's XPath prints it: without exponent, whole ones without a point.
std::string NumberText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value == 0) return "0";
  char text[400];
  const auto [end, error] =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::fixed);
  return std::string(text, end);
}

/// Leaves local names only: Spark's parser knows no namespaces.
void ForgetNamespaces(xmlDoc* document, xmlNode* node) {
  const auto plain = [document](auto* named) {
    named->ns = nullptr;
    // A prefix that is not declared is still part of the name.
    const std::string_view name = Chars(named->name);
    const size_t colon = name.rfind(':');
    if (colon == std::string_view::npos) return;
    named->name = xmlDictLookup(document->dict, named->name + colon + 1, -1);
  };
  while (node != nullptr) {
    if (node->type == XML_ELEMENT_NODE) {
      for (xmlAttr* attribute = node->properties; attribute; attribute = attribute->next) {
        plain(attribute);
      }
      plain(node);
    }
    if (node->type == XML_ELEMENT_NODE && node->children != nullptr) {
      node = node->children;
      continue;
    }
    while (node != nullptr && node->next == nullptr) node = node->parent;
    if (node != nullptr) node = node->next;
  }
}

/// The number of a text as XPath 1.0 writes it: no exponent, no plus; NaN for others.
double NumberOf(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  const bool plain = digits.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!plain || digits.empty()) return std::numeric_limits<double>::quiet_NaN();
  return formats::ParseDouble(text).value_or(std::numeric_limits<double>::quiet_NaN());
}

class Evaluator final : public XPathEvaluator {
 public:
  explicit Evaluator(std::string path) : path_(std::move(path)) {}

  Status Compile() {
    static std::once_flag initialized;
    std::call_once(initialized, [] { xmlInitParser(); });
    const Context context(xmlXPathNewContext(nullptr));
    if (context == nullptr) return Status::OutOfMemory("no memory for an XPath");
    context->error = IgnoreError;
    compiled_.reset(xmlXPathCtxtCompile(context.get(), Bytes(path_.c_str())));
    if (compiled_ == nullptr) {
      return MakeError("THALWEG_XPATH_FAILED", {{"path", path_}, {"reason", "no XPath 1.0"}});
    }
    return Status::OK();
  }

  Result<bool> Boolean(std::string_view xml) override {
    ARROW_RETURN_NOT_OK(Evaluate(xml));
    return xmlXPathCastToBoolean(object_.get()) != 0;
  }

  Result<double> Number(std::string_view xml) override {
    ARROW_RETURN_NOT_OK(Evaluate(xml));
    if (object_->type != XPATH_NODESET && object_->type != XPATH_STRING) {
      return xmlXPathCastToNumber(object_.get());
    }
    ARROW_RETURN_NOT_OK(TakeString(&text_));
    return NumberOf(text_);
  }

  Status String(std::string_view xml, std::string* out) override {
    ARROW_RETURN_NOT_OK(Evaluate(xml));
    return TakeString(out);
  }

  Result<std::vector<std::optional<std::string>>> Nodes(std::string_view xml) override {
    ARROW_RETURN_NOT_OK(Evaluate(xml));
    if (object_->type != XPATH_NODESET) return Failed("the path gives no nodes");
    std::vector<std::optional<std::string>> values;
    xmlNodeSet* nodes = object_->nodesetval;
    if (nodes == nullptr) return values;
    xmlXPathNodeSetSort(nodes);
    for (int i = 0; i < nodes->nodeNr; ++i) {
      xmlNode* node = nodes->nodeTab[i];
      const bool has_value = node->type != XML_ELEMENT_NODE && node->type != XML_DOCUMENT_NODE &&
                             node->type != XML_HTML_DOCUMENT_NODE;
      if (!has_value) {
        values.emplace_back();
        continue;
      }
      xmlChar* content = xmlXPathCastNodeToString(node);
      values.emplace_back(Chars(content));
      xmlFree(content);
    }
    return values;
  }

 private:
  Status Failed(std::string reason) const {
    return MakeError("THALWEG_XPATH_FAILED", {{"path", path_}, {"reason", std::move(reason)}});
  }

  Status Evaluate(std::string_view xml) {
    object_.reset();
    context_.reset();
    if (xml.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
      return Failed("the text is too long");
    }
    constexpr int kOptions =
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
    document_.reset(
        xmlReadMemory(xml.data(), static_cast<int>(xml.size()), nullptr, "UTF-8", kOptions));
    if (document_ == nullptr) return Failed("the text is no XML");
    if (document_->intSubset != nullptr && document_->intSubset->entities != nullptr) {
      return Failed("a document type with entities is not supported");
    }
    ForgetNamespaces(document_.get(), document_->children);
    context_.reset(xmlXPathNewContext(document_.get()));
    if (context_ == nullptr) return Status::OutOfMemory("no memory for an XPath");
    context_->error = IgnoreError;
    context_->node = reinterpret_cast<xmlNode*>(document_.get());
    xmlSetGenericErrorFunc(nullptr, IgnoreMessage);  // of this thread
    object_.reset(xmlXPathCompiledEval(compiled_.get(), context_.get()));
    if (object_ == nullptr) return Failed("it has an unknown function, variable or prefix");
    return Status::OK();
  }

  Status TakeString(std::string* out) const {
    if (object_->type == XPATH_NUMBER) {
      *out = NumberText(object_->floatval);
      return Status::OK();
    }
    xmlChar* text = xmlXPathCastToString(object_.get());
    if (text == nullptr) return Status::OutOfMemory("no memory for the value of an XPath");
    out->assign(Chars(text));
    xmlFree(text);
    return Status::OK();
  }

  const std::string path_;
  Path compiled_;
  Document document_;
  Context context_;
  Object object_;
  std::string text_;
};

}  // namespace

Result<std::unique_ptr<XPathEvaluator>> XPathEvaluator::Make(const std::string& path) {
  auto evaluator = std::make_unique<Evaluator>(path);
  ARROW_RETURN_NOT_OK(evaluator->Compile());
  return std::unique_ptr<XPathEvaluator>(std::move(evaluator));
}

}  // namespace thalweg::functions
