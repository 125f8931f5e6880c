#include "thalweg/formats/xml_events.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <expat.h>

namespace thalweg::formats {
namespace {

constexpr int kChunkBytes = 64 * 1024;

bool IsBlank(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

bool IsKnownEntity(std::string_view name) {
  return name.starts_with('#') || name == "lt" || name == "gt" || name == "amp" || name == "quot" ||
         name == "apos";
}

/// Whether a tag refers to an entity that only a document type could define.
bool HasUnknownEntity(std::string_view tag) {
  for (size_t at = tag.find('&'); at != std::string_view::npos; at = tag.find('&', at + 1)) {
    const size_t end = tag.find(';', at);
    if (end == std::string_view::npos) return true;
    if (!IsKnownEntity(tag.substr(at + 1, end - at - 1))) return true;
  }
  return false;
}

/// Turns what Expat reports into events. Expat is stopped at the end of every record.
class EventCollector {
 public:
  /// `row_tag`: empty: the outermost element is the record.
  EventCollector(std::string row_tag, bool ignore_namespace, const char* encoding)
      : row_tag_(std::move(row_tag)),
        ignore_namespace_(ignore_namespace),
        encoding_(encoding),
        parser_(XML_ParserCreate(encoding)) {
    SetHandlers();
  }
  ~EventCollector() { XML_ParserFree(parser_); }
  EventCollector(const EventCollector&) = delete;
  EventCollector& operator=(const EventCollector&) = delete;

  XML_Parser parser() { return parser_; }
  bool in_record() const { return record_depth_ > 0; }
  bool refused() const { return refused_; }

  void Begin(XmlEvents* events) {
    events_ = events;
    events_->Clear();
  }
  void Reset() {
    XML_ParserReset(parser_, encoding_);
    SetHandlers();
    depth_ = 0;
    record_depth_ = 0;
    has_text_ = false;
    refused_ = false;
  }
  void AddError() {
    FlushText();
    events_->events.push_back({});
  }

 private:
  static EventCollector* Self(void* data) { return static_cast<EventCollector*>(data); }

  void SetHandlers() {
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(
        parser_,
        [](void* data, const XML_Char* name, const XML_Char** attributes) {
          Self(data)->OnStart(name, attributes);
        },
        [](void* data, const XML_Char* name) { Self(data)->OnEnd(name); });
    XML_SetCharacterDataHandler(parser_, [](void* data, const XML_Char* text, int length) {
      Self(data)->OnText({text, static_cast<size_t>(length)});
    });
    XML_SetCommentHandler(parser_, [](void* data, const XML_Char*) { Self(data)->FlushText(); });
    XML_SetProcessingInstructionHandler(
        parser_, [](void* data, const XML_Char*, const XML_Char*) { Self(data)->FlushText(); });
    // With a default handler, and as if there were a document type elsewhere, entities are not
    // expanded but reported.
    XML_SetDefaultHandler(parser_, [](void*, const XML_Char*, int) {});
    XML_UseForeignDTD(parser_, XML_TRUE);
    XML_SetSkippedEntityHandler(parser_, [](void* data, const XML_Char*, int) {
      if (Self(data)->in_record()) Self(data)->AddError();
    });
  }

  XmlSpan Keep(std::string_view text) {
    const XmlSpan span{events_->characters.size(), text.size()};
    events_->characters.append(text);
    return span;
  }

  void FlushText() {
    if (!has_text_) return;
    has_text_ = false;
    const XmlSpan span{text_begin_, events_->characters.size() - text_begin_};
    events_->events.push_back({XmlEvent::Kind::kText, IsBlank(events_->Text(span)), span, 0, 0});
  }

  bool IsRowTag(std::string_view name) const {
    return row_tag_.empty() || (ignore_namespace_ ? LocalXmlName(name) : name) == row_tag_;
  }

  void Refuse() {
    refused_ = true;
    XML_StopParser(parser_, XML_FALSE);
  }

  void OnStart(std::string_view name, const XML_Char** attributes) {
    if (refused_) return;
    if (++depth_ > kMaxXmlDepth) return Refuse();
    if (!in_record() && !IsRowTag(name)) return;
    FlushText();
    if (HasUnknownEntity(CurrentTag())) return Refuse();
    ++record_depth_;
    XmlEvent event{XmlEvent::Kind::kStart, false, Keep(name), events_->attributes.size(), 0};
    // Defaults from a document type stand behind the attributes of the tag.
    const int specified = XML_GetSpecifiedAttributeCount(parser_);
    for (int i = 0; i < specified; i += 2) {
      const XmlSpan attribute = Keep(attributes[i]);
      events_->attributes.push_back({attribute, Keep(attributes[i + 1])});
    }
    event.num_attributes = static_cast<size_t>(specified / 2);
    events_->events.push_back(event);
  }

  /// The bytes of the tag that is reported now; empty where Expat does not keep them.
  std::string_view CurrentTag() {
    int offset = 0;
    int size = 0;
    const char* context = XML_GetInputContext(parser_, &offset, &size);
    if (context == nullptr) return {};
    const int length = std::min(XML_GetCurrentByteCount(parser_), size - offset);
    return {context + offset, static_cast<size_t>(std::max(length, 0))};
  }

  void OnEnd(std::string_view name) {
    if (refused_) return;
    --depth_;
    if (!in_record()) return;
    FlushText();
    events_->events.push_back({XmlEvent::Kind::kEnd, false, Keep(name), 0, 0});
    if (--record_depth_ == 0) XML_StopParser(parser_, XML_TRUE);
  }

  void OnText(std::string_view text) {
    if (!in_record() || refused_) return;
    if (!has_text_) text_begin_ = events_->characters.size();
    has_text_ = true;
    events_->characters.append(text);
  }

  const std::string row_tag_;
  const bool ignore_namespace_;
  const char* encoding_;
  XML_Parser parser_;
  XmlEvents* events_ = nullptr;
  int depth_ = 0;
  int record_depth_ = 0;
  bool has_text_ = false;
  bool refused_ = false;
  size_t text_begin_ = 0;
};

class RecordReader final : public XmlRecordReader {
 public:
  RecordReader(std::unique_ptr<ByteSource> source, std::string row_tag, bool ignore_namespace,
               const char* encoding)
      : source_(std::move(source)), collector_(std::move(row_tag), ignore_namespace, encoding) {}

  Result<bool> Next(XmlEvents* events) override {
    events->Clear();
    if (done_) return false;
    collector_.Begin(events);
    XML_Status status = XML_STATUS_OK;
    if (suspended_) {
      suspended_ = false;
      status = XML_ResumeParser(collector_.parser());
    }
    while (status == XML_STATUS_OK && !at_end_) {
      void* buffer = XML_GetBuffer(collector_.parser(), kChunkBytes);
      if (buffer == nullptr) return Status::OutOfMemory("no memory to read XML");
      ARROW_ASSIGN_OR_RAISE(const int64_t length,
                            source_->Read(kChunkBytes, static_cast<char*>(buffer)));
      at_end_ = length == 0;
      const int64_t kept = WithoutByteOrderMark(static_cast<char*>(buffer), length);
      status = XML_ParseBuffer(collector_.parser(), static_cast<int>(kept), at_end_);
    }
    if (status == XML_STATUS_SUSPENDED) {
      suspended_ = true;
      return true;
    }
    done_ = true;
    if (status == XML_STATUS_OK) return false;
    if (at_end_ && !collector_.in_record() && !collector_.refused()) return false;
    collector_.AddError();
    return true;
  }

 private:
  /// Takes one byte order mark from the beginning of the file; Expat takes another, as Spark does.
  int64_t WithoutByteOrderMark(char* bytes, int64_t length) {
    if (!std::exchange(at_begin_, false)) return length;
    if (!std::string_view(bytes, static_cast<size_t>(length)).starts_with("\xEF\xBB\xBF")) {
      return length;
    }
    std::memmove(bytes, bytes + 3, static_cast<size_t>(length - 3));
    return length - 3;
  }

  std::unique_ptr<ByteSource> source_;
  EventCollector collector_;
  bool at_begin_ = true;
  bool suspended_ = false;
  bool at_end_ = false;
  bool done_ = false;
};

class TextReader final : public XmlTextReader {
 public:
  TextReader() : collector_("", false, "UTF-8") {}

  void Read(std::string_view text, XmlEvents* events) override {
    collector_.Reset();
    collector_.Begin(events);
    while (true) {
      const size_t length = std::min<size_t>(text.size(), 1 << 30);
      const bool last = length == text.size();
      const XML_Status status =
          XML_Parse(collector_.parser(), text.data(), static_cast<int>(length), last);
      if (status == XML_STATUS_SUSPENDED) return;
      if (status == XML_STATUS_ERROR || last) return collector_.AddError();
      text.remove_prefix(length);
    }
  }

 private:
  EventCollector collector_;
};

}  // namespace

std::string_view LocalXmlName(std::string_view name) {
  const size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

Result<std::unique_ptr<XmlRecordReader>> XmlRecordReader::Make(std::unique_ptr<ByteSource> source,
                                                               std::string row_tag,
                                                               bool ignore_namespace,
                                                               bool is_decoded) {
  return std::make_unique<RecordReader>(std::move(source), std::move(row_tag), ignore_namespace,
                                        is_decoded ? "UTF-8" : nullptr);
}

std::unique_ptr<XmlTextReader> XmlTextReader::Make() { return std::make_unique<TextReader>(); }

}  // namespace thalweg::formats
