#pragma once

// XML text as events, one record at a time. Comments and processing instructions are left out, text
// and CDATA next to each other are one; no entity but the five of XML is known, a document type is
// passed over, and nothing outside the text is ever read.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/formats/byte_source.h"

namespace thalweg::formats {

/// Elements inside each other that a text may have; one more and it is malformed.
inline constexpr int kMaxXmlDepth = 1000;

/// A part of the characters of XmlEvents.
struct XmlSpan {
  size_t begin = 0;
  size_t length = 0;
};

struct XmlAttribute {
  XmlSpan name;
  XmlSpan value;
};

struct XmlEvent {
  enum class Kind : uint8_t {
    kStart,
    kEnd,
    kText,
    /// The text cannot be read here. What stands behind an unknown entity can still be read; other
    /// errors are the last event.
    kError,
  };
  Kind kind = Kind::kError;
  /// kText: nothing but white space.
  bool blank = false;
  /// kStart, kEnd: the element's name with its prefix. kText: the text.
  XmlSpan text;
  /// kStart: in attributes of XmlEvents.
  size_t first_attribute = 0;
  size_t num_attributes = 0;
};

/// The events of one record: its start and end are the first and the last, unless an error ends it.
/// Keeps its memory from record to record. Value type.
struct XmlEvents {
  std::vector<XmlEvent> events;
  std::vector<XmlAttribute> attributes;
  std::string characters;

  std::string_view Text(XmlSpan span) const {
    return std::string_view(characters).substr(span.begin, span.length);
  }
  void Clear() {
    events.clear();
    attributes.clear();
    characters.clear();
  }
};

/// The name without its prefix.
std::string_view LocalXmlName(std::string_view name);

/// Reads the records of a file one after the other: the outermost elements of one name. Memory is
/// that of one record. One thread.
class XmlRecordReader {
 public:
  virtual ~XmlRecordReader() = default;

  /// `row_tag`: the name of a record's element; with `ignore_namespace` names lose their prefixes
  /// before they are compared with it. `is_decoded`: the text is UTF-8, whatever it declares.
  static Result<std::unique_ptr<XmlRecordReader>> Make(std::unique_ptr<ByteSource> source,
                                                       std::string row_tag, bool ignore_namespace,
                                                       bool is_decoded);

  /// Puts the next record into `events`; false at the end. Malformed text, also between records,
  /// gives a record that ends with kError and is the last; text that ends too early between records
  /// is the end. Errors: those of the source.
  virtual Result<bool> Next(XmlEvents* events) = 0;
};

/// Reads texts that are a record each, whatever the name of its element. What stands behind it is
/// not looked at. One thread.
class XmlTextReader {
 public:
  virtual ~XmlTextReader() = default;
  static std::unique_ptr<XmlTextReader> Make();
  /// `text`: UTF-8, whatever its declaration says.
  virtual void Read(std::string_view text, XmlEvents* events) = 0;
};

}  // namespace thalweg::formats
