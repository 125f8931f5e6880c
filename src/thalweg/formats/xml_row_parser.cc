#include "thalweg/formats/xml_row_parser.h"

#include <utility>

#include <arrow/api.h>

#include "thalweg/formats/built_formats.h"
#include "thalweg/formats/value_text.h"
#include "thalweg/formats/xml_text.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::formats {
namespace {

using EventKind = XmlEvent::Kind;

const XmlEvent kNoEvent;  // an error

}  // namespace

Result<std::unique_ptr<XmlRowParser>> XmlRowParser::Make(SchemaPtr columns, XmlOptions options) {
  std::unique_ptr<XmlRowParser> parser(new XmlRowParser(std::move(options)));
  ARROW_RETURN_NOT_OK(parser->Bind(*columns));
  return parser;
}

Status XmlRowParser::Bind(const arrow::Schema& columns) {
  ARROW_RETURN_NOT_OK(CheckMapKeys(columns, "INVALID_XML_SCHEMA_MAP_TYPE", "xmlSchema"));
  arrow::FieldVector fields;
  for (const auto& field : columns.fields()) {
    ARROW_ASSIGN_OR_RAISE(auto builder, ColumnBuilder::Make(field->type()));
    if (field->name() == options_.corrupt_record_column) {
      if (field->type()->id() != arrow::Type::STRING) {
        return MakeError("INVALID_CORRUPT_RECORD_TYPE",
                         {{"columnName", "`" + field->name() + "`"},
                          {"actualType", "\"" + SqlTypeName(*field->type()) + "\""}});
      }
      corrupt_ = builder.get();
    } else {
      fields.push_back(field);
      columns_.push_back(builder.get());
    }
    builders_.push_back(std::move(builder));
  }
  return MakeStructNode(fields, &root_);
}

Status XmlRowParser::MakeStructNode(const arrow::FieldVector& fields, Node* node) const {
  node->kind = Node::Kind::kStruct;
  node->children.resize(fields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string& name = fields[i]->name();
    const int index = static_cast<int>(i);
    node->fields.emplace(options_.case_sensitive ? name : ToLowerAscii(name), index);
    if (name == options_.value_tag) node->value_field = index;
    if (name == options_.wildcard_column) node->wildcard_field = index;
    ARROW_RETURN_NOT_OK(MakeNode(*fields[i], &node->children[i]));
  }
  return Status::OK();
}

Status XmlRowParser::MakeNode(const arrow::Field& field, Node* node) const {
  const arrow::DataType& type = *field.type();
  switch (type.id()) {
    case arrow::Type::STRUCT:
      return MakeStructNode(type.fields(), node);
    case arrow::Type::LIST:
      node->kind = Node::Kind::kList;
      node->children.resize(1);
      return MakeNode(*type.field(0), &node->children[0]);
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      node->kind = Node::Kind::kMap;
      node->children.resize(1);
      return MakeNode(*map.item_field(), &node->children[0]);
    }
    case arrow::Type::LARGE_BINARY:  // variants
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      return UnsupportedColumn("XML", field);
    default:
      node->kind = type.id() == arrow::Type::STRING ? Node::Kind::kString : Node::Kind::kScalar;
      node->scalar = std::make_unique<XmlScalarReader>(type, &options_);
      return Status::OK();
  }
}

Result<size_t> XmlRowParser::ParseRecord(const XmlEvents& events, size_t begin,
                                         const RecordText& text) {
  events_ = &events;
  at_ = begin;
  values_.clear();
  kept_.clear();
  const int fields = NewValues(root_.children.size());
  Outcome outcome = Outcome::kBroken;
  const XmlEvent& start = Take();
  if (start.kind == EventKind::kStart) {
    outcome =
        ReadAttributes(root_, start, fields) ? ReadObject(root_, fields) : Outcome::kMalformed;
  }
  if (outcome == Outcome::kRead) {
    AppendRow(fields);
    if (corrupt_ != nullptr) corrupt_->AppendNull();
    ++num_rows_;
  } else {
    ARROW_ASSIGN_OR_RAISE(const bool kept, HandleMalformed(text, outcome, fields));
    if (kept) ++num_rows_;
  }
  return outcome == Outcome::kBroken ? events.events.size() : at_;
}

/// Whether the record gives a row.
Result<bool> XmlRowParser::HandleMalformed(const RecordText& text, Outcome outcome, int fields) {
  switch (options_.mode) {
    case ReadMode::kDropMalformed:
      return false;
    case ReadMode::kFailFast: {
      ARROW_ASSIGN_OR_RAISE(const std::string_view record, text());
      return MakeError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                       {{"badRecord", std::string(record)}, {"failFastMode", "FAILFAST"}});
    }
    case ReadMode::kPermissive:
      break;
  }
  if (outcome == Outcome::kPartial) {
    AppendRow(fields);
  } else {
    for (ColumnBuilder* column : columns_) column->AppendNull();
  }
  if (corrupt_ != nullptr) {
    ARROW_ASSIGN_OR_RAISE(const std::string_view record, text());
    const std::string_view valid = ReplaceInvalidUtf8(record, &scratch_);
    corrupt_->AppendBytes(valid);
    corrupt_bytes_ += static_cast<int64_t>(valid.size());
  }
  return true;
}

Status XmlRowParser::ParseNull() {
  switch (options_.mode) {
    case ReadMode::kDropMalformed:
      return Status::OK();
    case ReadMode::kFailFast:
      return MakeError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                       {{"badRecord", "null"}, {"failFastMode", "FAILFAST"}});
    case ReadMode::kPermissive:
      break;
  }
  AppendNull();
  return Status::OK();
}

void XmlRowParser::AppendNull() {
  for (auto& builder : builders_) builder->AppendNull();
  ++num_rows_;
}

void XmlRowParser::AppendRow(int fields) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    AppendValue(root_.children[i], fields + static_cast<int>(i), columns_[i]);
  }
}

void XmlRowParser::AppendValue(const Node& node, int index, ColumnBuilder* builder) {
  const Value& value = values_[static_cast<size_t>(index)];
  if (!value.present) return builder->AppendNull();
  switch (node.kind) {
    case Node::Kind::kScalar:
    case Node::Kind::kString:
      return node.scalar->Append(value.scalar, builder);
    case Node::Kind::kStruct:
      for (size_t i = 0; i < node.children.size(); ++i) {
        AppendValue(node.children[i], value.first + static_cast<int>(i), builder->child(i));
      }
      return builder->AppendStructEnd();
    case Node::Kind::kList:
      for (int at = value.first; at >= 0; at = values_[static_cast<size_t>(at)].next) {
        AppendValue(node.children[0], at, builder->child(0));
      }
      return builder->AppendListEnd();
    case Node::Kind::kMap:
      for (int at = value.first; at >= 0;) {
        const Value& key = values_[static_cast<size_t>(at)];
        builder->child(0)->AppendBytes(key.scalar.text);
        AppendValue(node.children[0], key.next, builder->child(1));
        at = values_[static_cast<size_t>(key.next)].next;
      }
      return builder->AppendListEnd();
  }
}

Batch XmlRowParser::Finish() {
  Batch batch;
  batch.num_rows = num_rows_;
  for (auto& builder : builders_) batch.columns.push_back(builder->Finish());
  num_rows_ = 0;
  corrupt_bytes_ = 0;
  return batch;
}

const XmlEvent& XmlRowParser::Peek() const {
  return at_ < events_->events.size() ? events_->events[at_] : kNoEvent;
}

/// The next event. An error at the end of the events stays there.
const XmlEvent& XmlRowParser::Take() {
  const XmlEvent& event = Peek();
  if (at_ + 1 < events_->events.size() || event.kind != EventKind::kError) ++at_;
  return event;
}

std::string_view XmlRowParser::NameOf(XmlSpan span) const {
  const std::string_view name = events_->Text(span);
  return options_.ignore_namespace ? LocalXmlName(name) : name;
}

int XmlRowParser::FindField(const Node& node, std::string_view name) {
  scratch_.assign(name);
  if (!options_.case_sensitive) {
    for (char& c : scratch_) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    }
  }
  const auto found = node.fields.find(scratch_);
  return found == node.fields.end() ? -1 : found->second;
}

int XmlRowParser::NewValues(size_t count) {
  const size_t first = values_.size();
  values_.resize(first + count);
  return static_cast<int>(first);
}

void XmlRowParser::AddToList(int list, int element) {
  Value& value = values_[static_cast<size_t>(list)];
  if (!value.present) {
    value.present = true;
    value.first = element;
  } else {
    values_[static_cast<size_t>(value.last)].next = element;
  }
  value.last = element;
}

/// The value of a text; false when it is none.
bool XmlRowParser::ReadText(const Node& node, std::string_view text, int index) {
  if (options_.ignore_surrounding_spaces) text = TrimXmlText(text);
  Value& value = values_[static_cast<size_t>(index)];
  value.present = false;
  if (options_.null_value && text == *options_.null_value) return true;
  if (node.scalar == nullptr) return false;
  value.present = node.scalar->Read(text, &kept_, &value.scalar);
  return value.present;
}

bool XmlRowParser::ReadAttributes(const Node& node, const XmlEvent& start, int fields) {
  if (options_.exclude_attributes) return true;
  std::string name;
  for (size_t i = 0; i < start.num_attributes; ++i) {
    const XmlAttribute& attribute = events_->attributes[start.first_attribute + i];
    name.assign(options_.attribute_prefix);
    name.append(NameOf(attribute.name));
    const int field = FindField(node, name);
    if (field < 0) continue;
    const Node& child = node.children[static_cast<size_t>(field)];
    if (!ReadText(child, events_->Text(attribute.value), fields + field)) return false;
  }
  return true;
}

/// The children up to the end of the element that is open.
XmlRowParser::Outcome XmlRowParser::ReadObject(const Node& node, int fields) {
  bool bad = false;
  while (true) {
    const XmlEvent& event = Take();
    switch (event.kind) {
      case EventKind::kStart:
        if (!ReadChild(node, event, fields)) bad = true;
        break;
      case EventKind::kEnd:
        return bad ? Outcome::kPartial : Outcome::kRead;
      case EventKind::kText:
        if (!event.blank && !AddValueText(node, event, fields)) return Outcome::kMalformed;
        break;
      case EventKind::kError:
        return Outcome::kBroken;
    }
  }
}

bool XmlRowParser::AddValueText(const Node& node, const XmlEvent& text, int fields) {
  if (node.value_field < 0) return true;
  const Node& field = node.children[static_cast<size_t>(node.value_field)];
  const int value = fields + node.value_field;
  if (field.kind != Node::Kind::kList) return ReadText(field, events_->Text(text.text), value);
  const int element = NewValues(1);
  if (!ReadText(field.children[0], events_->Text(text.text), element)) return false;
  AddToList(value, element);
  return true;
}

bool XmlRowParser::ReadChild(const Node& node, const XmlEvent& start, int fields) {
  int field = FindField(node, NameOf(start.text));
  const bool wildcard = field < 0;
  if (wildcard) field = node.wildcard_field;
  if (field < 0) return SkipChildren();
  const Node& child = node.children[static_cast<size_t>(field)];
  const bool is_list = child.kind == Node::Kind::kList;
  const Node& target = is_list ? child.children[0] : child;
  if (wildcard && target.kind != Node::Kind::kString) return false;
  const int value = NewValues(1);
  if (!ReadElement(target, start, value)) return false;
  if (is_list) {
    AddToList(fields + field, value);
  } else {
    values_[static_cast<size_t>(fields + field)] = values_[static_cast<size_t>(value)];
  }
  return true;
}

bool XmlRowParser::ReadElement(const Node& node, const XmlEvent& start, int value) {
  return node.kind == Node::Kind::kStruct ? ReadStruct(node, start, value)
                                          : ReadField(node, start, value);
}

/// A struct is never NULL: without children and attributes its fields are.
bool XmlRowParser::ReadStruct(const Node& node, const XmlEvent& start, int value) {
  const int attributes = NewValues(node.children.size());
  if (!ReadAttributes(node, start, attributes)) return false;
  if (!ReadField(node, start, value)) return false;
  Value& found = values_[static_cast<size_t>(value)];
  if (!found.present) {
    found.present = true;
    found.first = attributes;
    return true;
  }
  for (size_t i = 0; i < node.children.size(); ++i) {
    const Value& attribute = values_[static_cast<size_t>(attributes) + i];
    if (attribute.present) values_[static_cast<size_t>(found.first) + i] = attribute;
  }
  return true;
}

/// The content of the element `start`, whose start was taken.
bool XmlRowParser::ReadField(const Node& node, const XmlEvent& start, int value) {
  while (true) {
    const XmlEvent& event = Peek();
    switch (event.kind) {
      case EventKind::kError:
        Take();
        return false;
      case EventKind::kEnd:
        Take();
        if (node.kind == Node::Kind::kString && options_.null_value != "") {
          values_[static_cast<size_t>(value)].present = true;
        }
        return true;
      case EventKind::kStart:
        return ReadNested(node, start, value);
      case EventKind::kText:
        break;
    }
    if (node.kind == Node::Kind::kStruct || node.kind == Node::Kind::kString) {
      return ReadNested(node, start, value);
    }
    if (node.kind == Node::Kind::kList) {
      Take();
      return ReadText(node.children[0], events_->Text(event.text), value) && SkipEnd();
    }
    if (event.blank) {
      Take();
      continue;
    }
    if (!ReadText(node, events_->Text(event.text), value)) return false;
    Take();
    return SkipEnd();
  }
}

bool XmlRowParser::ReadNested(const Node& node, const XmlEvent& start, int value) {
  switch (node.kind) {
    case Node::Kind::kScalar:
      return false;
    case Node::Kind::kString:
      return ReadMarkup(node, value);
    case Node::Kind::kMap:
      return ReadMap(node, start, value);
    case Node::Kind::kList: {
      const int element = NewValues(1);
      if (!ReadField(node.children[0], start, element)) return false;
      AddToList(value, element);
      return true;
    }
    case Node::Kind::kStruct: {
      const int fields = NewValues(node.children.size());
      if (ReadObject(node, fields) != Outcome::kRead) return false;
      values_[static_cast<size_t>(value)].present = true;
      values_[static_cast<size_t>(value)].first = fields;
      return true;
    }
  }
  return false;
}

/// Attributes, child elements and text by name.
bool XmlRowParser::ReadMap(const Node& node, const XmlEvent& start, int value) {
  values_[static_cast<size_t>(value)].present = false;
  for (size_t i = 0; i < start.num_attributes; ++i) {
    const XmlAttribute& attribute = events_->attributes[start.first_attribute + i];
    const int entry = NewValues(1);
    if (!ReadText(node.children[0], events_->Text(attribute.value), entry)) return false;
    const std::string_view name = LocalXmlName(events_->Text(attribute.name));
    std::string& key = kept_.emplace_back(options_.attribute_prefix);
    key.append(name);
    AddEntry(key, entry, value);
  }
  while (true) {
    const XmlEvent& event = Take();
    if (event.kind == EventKind::kError) return false;
    if (event.kind == EventKind::kEnd) break;
    if (event.kind == EventKind::kText && event.blank) continue;
    const int entry = NewValues(1);
    if (event.kind == EventKind::kText) {
      if (!ReadText(node.children[0], events_->Text(event.text), entry)) return false;
      AddEntry(options_.value_tag, entry, value);
    } else {
      if (!ReadField(node.children[0], event, entry)) return false;
      AddEntry(NameOf(event.text), entry, value);
    }
  }
  values_[static_cast<size_t>(value)].present = true;
  return true;
}

/// Adds an entry to a map; of equal keys the last wins.
void XmlRowParser::AddEntry(std::string_view key, int entry, int map) {
  for (int at = values_[static_cast<size_t>(map)].first; at >= 0;) {
    Value& there = values_[static_cast<size_t>(at)];
    Value& old = values_[static_cast<size_t>(there.next)];
    if (there.scalar.text == key) {
      const int behind = old.next;
      old = values_[static_cast<size_t>(entry)];
      old.next = behind;
      return;
    }
    at = old.next;
  }
  const int name = NewValues(1);
  values_[static_cast<size_t>(name)].scalar.text = key;
  values_[static_cast<size_t>(name)].next = entry;
  Value& value = values_[static_cast<size_t>(map)];
  if (value.first < 0) {
    value.first = name;
  } else {
    values_[static_cast<size_t>(value.last)].next = name;
  }
  value.last = entry;
}

/// The text of the open element with the markup of its children.
bool XmlRowParser::ReadMarkup(const Node& node, int value) {
  const XmlEvent& only = Peek();
  if (only.kind == EventKind::kText && at_ + 1 < events_->events.size() &&
      events_->events[at_ + 1].kind == EventKind::kEnd) {
    at_ += 2;
    return ReadText(node, events_->Text(only.text), value);
  }
  std::string& markup = kept_.emplace_back();
  int depth = 0;
  do {
    const XmlEvent& event = Take();
    const std::string_view text = events_->Text(event.text);
    switch (event.kind) {
      case EventKind::kError:
        return false;
      case EventKind::kText:
        markup.append(text);
        break;
      case EventKind::kEnd:
        --depth;
        markup.append("</").append(text).push_back('>');
        break;
      case EventKind::kStart:
        ++depth;
        markup.append("<").append(text);
        for (size_t i = 0; i < event.num_attributes; ++i) {
          const XmlAttribute& attribute = events_->attributes[event.first_attribute + i];
          markup.append(" ").append(events_->Text(attribute.name)).append("=\"");
          markup.append(events_->Text(attribute.value)).push_back('"');
        }
        markup.push_back('>');
        break;
    }
  } while (Peek().kind != EventKind::kEnd || depth > 0);
  return SkipEnd() && ReadText(node, markup, value);
}

bool XmlRowParser::SkipChildren() {
  for (int depth = 1; depth > 0;) {
    const XmlEvent& event = Take();
    if (event.kind == EventKind::kError) return false;
    if (event.kind == EventKind::kStart) ++depth;
    if (event.kind == EventKind::kEnd) --depth;
  }
  return true;
}

/// Takes the end of the open element; false when something else comes first.
bool XmlRowParser::SkipEnd() {
  while (true) {
    const XmlEvent& event = Take();
    if (event.kind == EventKind::kText && event.blank) continue;
    return event.kind == EventKind::kEnd;
  }
}

}  // namespace thalweg::formats
