#pragma once

// Events of XML records into columns: the xml format and from_xml.
//
// Semantics (Spark's)
// - A child element is the column of its name, several of one name are an array. Attributes are
//   columns with a prefix. Text beside attributes or child elements goes into the column of the
//   value tag. What has no column is passed over, or goes into the wildcard column.
// - A string column takes an element with children as their XML text.
// - A value that does not fit its column makes the record malformed. What was read of the record
//   before is kept; reading ends at the end of the element whose value is bad, so what comes behind
//   it is taken for a child of an outer element, or is lost.
// - Text that is no XML makes the whole record malformed, without a value.

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "thalweg/formats/column_builder.h"
#include "thalweg/formats/xml_events.h"
#include "thalweg/formats/xml_options.h"
#include "thalweg/formats/xml_scalar.h"

namespace thalweg::formats {

/// Parses records into columns. One thread; keeps its buffers between batches.
class XmlRowParser {
 public:
  /// Gives the text for the column of corrupt records.
  using RecordText = std::function<Result<std::string_view>()>;

  /// `columns`: wanted columns by name and type. A string column named as the options' column of
  /// corrupt records receives the text of malformed records.
  /// Errors: UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE, INVALID_CORRUPT_RECORD_TYPE,
  /// INVALID_XML_SCHEMA_MAP_TYPE.
  static Result<std::unique_ptr<XmlRowParser>> Make(SchemaPtr columns, XmlOptions options);

  /// Appends the row of a record, or none if it is dropped. Gives how many of its events were used:
  /// after a bad value the rest may hold more records. `events` must start with the start of an
  /// element or an error at `begin`. Errors: MALFORMED_RECORD_IN_PARSING in FAILFAST mode.
  Result<size_t> ParseRecord(const XmlEvents& events, size_t begin, const RecordText& text);

  /// Appends the row of a record that is NULL, a malformed one without text, or none if it is
  /// dropped. Errors: MALFORMED_RECORD_IN_PARSING in FAILFAST mode.
  Status ParseNull();

  /// Appends a row of nulls.
  void AppendNull();

  int64_t num_rows() const { return num_rows_; }
  /// Bytes of corrupt records since the last Finish: callers bound them.
  int64_t corrupt_bytes() const { return corrupt_bytes_; }
  /// Hands out the rows and starts afresh.
  Batch Finish();

 private:
  /// How a column and what is in it are read; a tree that mirrors the type.
  struct Node {
    enum class Kind : uint8_t { kScalar, kString, kStruct, kList, kMap };
    Kind kind = Kind::kScalar;
    std::unique_ptr<XmlScalarReader> scalar;  // kScalar, kString
    std::vector<Node> children;               // kStruct: fields; kList: element; kMap: value
    /// kStruct: fields by name, in lower case where case does not matter.
    std::unordered_map<std::string, int> fields;
    int value_field = -1;     // of the value tag
    int wildcard_field = -1;  // of the wildcard column
  };

  /// A value before it is appended. Lists and maps link their elements; a map has its keys and
  /// values in turn; the fields of a struct lie next to each other from `first` on.
  struct Value {
    bool present = false;
    int first = -1;
    int last = -1;
    int next = -1;
    XmlScalar scalar;
  };

  enum class Outcome : uint8_t {
    kRead,
    kPartial,    // a value in it was bad, the others are there
    kMalformed,  // no values
    kBroken,     // no XML
  };

  explicit XmlRowParser(XmlOptions options) : options_(std::move(options)) {}
  Status Bind(const arrow::Schema& columns);
  Status MakeNode(const arrow::Field& field, Node* node) const;
  Status MakeStructNode(const arrow::FieldVector& fields, Node* node) const;

  const XmlEvent& Peek() const;
  const XmlEvent& Take();
  std::string_view NameOf(XmlSpan span) const;
  int FindField(const Node& node, std::string_view name);

  int NewValues(size_t count);
  void AddToList(int list, int element);
  bool ReadText(const Node& node, std::string_view text, int value);
  bool ReadAttributes(const Node& node, const XmlEvent& start, int fields);
  Outcome ReadObject(const Node& node, int fields);
  bool ReadChild(const Node& node, const XmlEvent& start, int fields);
  bool ReadElement(const Node& node, const XmlEvent& start, int value);
  bool ReadStruct(const Node& node, const XmlEvent& start, int value);
  bool ReadField(const Node& node, const XmlEvent& start, int value);
  bool ReadNested(const Node& node, const XmlEvent& start, int value);
  bool ReadMap(const Node& node, const XmlEvent& start, int value);
  void AddEntry(std::string_view key, int entry, int map);
  bool ReadMarkup(const Node& node, int value);
  bool AddValueText(const Node& node, const XmlEvent& text, int fields);
  bool SkipChildren();
  bool SkipEnd();

  Result<bool> HandleMalformed(const RecordText& text, Outcome outcome, int fields);
  void AppendRow(int fields);
  void AppendValue(const Node& node, int value, ColumnBuilder* builder);

  const XmlOptions options_;
  Node root_;
  std::vector<std::unique_ptr<ColumnBuilder>> builders_;
  std::vector<ColumnBuilder*> columns_;  // of root_'s fields
  ColumnBuilder* corrupt_ = nullptr;
  int64_t num_rows_ = 0;
  int64_t corrupt_bytes_ = 0;

  // Of the record that is read.
  const XmlEvents* events_ = nullptr;
  size_t at_ = 0;
  std::vector<Value> values_;
  std::deque<std::string> kept_;
  std::string scratch_;
};

}  // namespace thalweg::formats
