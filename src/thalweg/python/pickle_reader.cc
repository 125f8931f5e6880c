#include "thalweg/python/pickle_reader.h"

#include <cstring>
#include <unordered_map>

namespace thalweg::python {
namespace {

using Kind = PickleValue::Kind;
using Ptr = PickleValue::Ptr;

Status Damaged(const std::string& reason) {
  return MakeError("PYTHON_WORKER_FAILED.PROTOCOL", {{"reason", "a pickle: " + reason}});
}

Ptr Make(Kind kind) {
  auto value = std::make_shared<PickleValue>();
  value->kind = kind;
  return value;
}

Ptr MakeInt(int64_t integer) {
  Ptr value = Make(Kind::kInt);
  value->integer = integer;
  return value;
}

Ptr MakeText(Kind kind, std::string_view text) {
  Ptr value = Make(kind);
  value->text = std::string(text);
  return value;
}

/// The machine that a pickle is the program of.
class Machine {
 public:
  explicit Machine(std::string_view bytes) : bytes_(bytes) {}

  Result<Ptr> Run() {
    while (!stopped_) {
      ARROW_ASSIGN_OR_RAISE(const std::string_view code, Take(1));
      ARROW_RETURN_NOT_OK(Step(code[0]));
    }
    return stack_.back();
  }

 private:
  Result<std::string_view> Take(uint64_t size) {
    if (size > bytes_.size() - position_) return Damaged("it ends early");
    const std::string_view taken = bytes_.substr(position_, size);
    position_ += size;
    return taken;
  }

  Result<uint64_t> TakeNumber(int size) {
    ARROW_ASSIGN_OR_RAISE(const std::string_view bytes, Take(static_cast<uint64_t>(size)));
    uint64_t value = 0;
    for (int byte = size - 1; byte >= 0; --byte) {
      value = value << 8 | static_cast<uint8_t>(bytes[static_cast<size_t>(byte)]);
    }
    return value;
  }

  Result<std::string_view> TakeSized(int size_bytes) {
    ARROW_ASSIGN_OR_RAISE(const uint64_t size, TakeNumber(size_bytes));
    return Take(size);
  }

  Result<std::string_view> TakeLine() {
    const size_t end = bytes_.find('\n', position_);
    if (end == std::string_view::npos) return Damaged("it ends early");
    ARROW_ASSIGN_OR_RAISE(const std::string_view line, Take(end - position_));
    ++position_;
    return line;
  }

  Status Push(Ptr value) {
    stack_.push_back(std::move(value));
    return Status::OK();
  }

  Result<Ptr> Pop() {
    const size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) return Damaged("its stack is empty");
    Ptr value = std::move(stack_.back());
    stack_.pop_back();
    return value;
  }

  Result<std::vector<Ptr>> PopToMark() {
    if (marks_.empty()) return Damaged("a mark is missing");
    std::vector<Ptr> items(
        std::make_move_iterator(stack_.begin() + static_cast<long>(marks_.back())),
        std::make_move_iterator(stack_.end()));
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }

  Status PushText(Kind kind, int size_bytes) {
    ARROW_ASSIGN_OR_RAISE(const std::string_view text, TakeSized(size_bytes));
    return Push(MakeText(kind, text));
  }

  Status PushInt(int size_bytes, bool is_signed) {
    ARROW_ASSIGN_OR_RAISE(const uint64_t value, TakeNumber(size_bytes));
    return Push(MakeInt(is_signed ? static_cast<int32_t>(value) : static_cast<int64_t>(value)));
  }

  /// A number in two's complement of any length.
  Status PushLong(int size_bytes) {
    ARROW_ASSIGN_OR_RAISE(const std::string_view bytes, TakeSized(size_bytes));
    if (bytes.size() > 8) return Push(MakeText(Kind::kBigInt, bytes));
    uint64_t value = !bytes.empty() && (bytes.back() & 0x80) != 0 ? ~uint64_t{0} : 0;
    for (size_t byte = bytes.size(); byte-- > 0;)
      value = value << 8 | static_cast<uint8_t>(bytes[byte]);
    return Push(MakeInt(static_cast<int64_t>(value)));
  }

  Status PushFloat() {
    ARROW_ASSIGN_OR_RAISE(const std::string_view bytes, Take(8));
    uint64_t bits = 0;
    for (const char byte : bytes) bits = bits << 8 | static_cast<uint8_t>(byte);
    Ptr value = Make(Kind::kFloat);
    std::memcpy(&value->real, &bits, sizeof(bits));
    return Push(std::move(value));
  }

  Status PushTuple(int size) {
    Ptr tuple = Make(Kind::kTuple);
    tuple->items.resize(static_cast<size_t>(size));
    for (int item = size - 1; item >= 0; --item) {
      ARROW_ASSIGN_OR_RAISE(tuple->items[static_cast<size_t>(item)], Pop());
    }
    return Push(std::move(tuple));
  }

  Status PushFromMark(Kind kind) {
    Ptr value = Make(kind);
    ARROW_ASSIGN_OR_RAISE(value->items, PopToMark());
    return Push(std::move(value));
  }

  /// Adds items to the list, dictionary or set below them.
  Status Extend(std::vector<Ptr> items) {
    if (stack_.empty()) return Damaged("nothing to add items to");
    std::vector<Ptr>& all = stack_.back()->items;
    all.insert(all.end(), std::make_move_iterator(items.begin()),
               std::make_move_iterator(items.end()));
    return Status::OK();
  }

  Status ExtendByMark() {
    ARROW_ASSIGN_OR_RAISE(std::vector<Ptr> items, PopToMark());
    return Extend(std::move(items));
  }

  Status ExtendByOne() {
    ARROW_ASSIGN_OR_RAISE(Ptr item, Pop());
    return Extend({std::move(item)});
  }

  Status ExtendByPair() {
    ARROW_ASSIGN_OR_RAISE(Ptr value, Pop());
    ARROW_ASSIGN_OR_RAISE(Ptr key, Pop());
    return Extend({std::move(key), std::move(value)});
  }

  Status Put(uint64_t place) {
    if (stack_.empty()) return Damaged("nothing to remember");
    memo_[place] = stack_.back();
    return Status::OK();
  }

  Status Get(int size_bytes) {
    ARROW_ASSIGN_OR_RAISE(const uint64_t place, TakeNumber(size_bytes));
    const auto found = memo_.find(place);
    return found == memo_.end() ? Damaged("it refers to nothing") : Push(found->second);
  }

  Status PushGlobalLine() {
    ARROW_ASSIGN_OR_RAISE(const std::string_view module, TakeLine());
    ARROW_ASSIGN_OR_RAISE(const std::string_view name, TakeLine());
    return Push(MakeText(Kind::kGlobal, std::string(module) + " " + std::string(name)));
  }

  Status PushGlobalStack() {
    ARROW_ASSIGN_OR_RAISE(const Ptr name, Pop());
    ARROW_ASSIGN_OR_RAISE(const Ptr module, Pop());
    return Push(MakeText(Kind::kGlobal, module->text + " " + name->text));
  }

  Status Call() {
    ARROW_ASSIGN_OR_RAISE(const Ptr arguments, Pop());
    ARROW_ASSIGN_OR_RAISE(const Ptr callee, Pop());
    const std::vector<Ptr>& given = arguments->items;
    if (callee->text == "decimal Decimal" && given.size() == 1) {
      return Push(MakeText(Kind::kDecimal, given[0]->text));
    }
    if (callee->text == "pyspark.sql.types _create_row" && given.size() == 2) {
      Ptr row = Make(Kind::kTuple);
      row->items = given[1]->items;
      return Push(std::move(row));
    }
    const bool makes_bytes =
        callee->text == "builtins bytearray" || callee->text == "builtins bytes";
    if (makes_bytes && given.size() <= 1) {
      return Push(MakeText(Kind::kBytes, given.empty() ? "" : given[0]->text));
    }
    return Damaged("values of " + callee->text + " cannot be returned");
  }

  Status Step(char code) {
    switch (code) {
      case '.':
        stopped_ = true;
        return stack_.empty() ? Damaged("it holds nothing") : Status::OK();
      case '\x80':
        return Take(1).status();
      case '\x95':
        return Take(8).status();
      case '(':
        marks_.push_back(stack_.size());
        return Status::OK();
      case '0':
        return Pop().status();
      case 'N':
        return Push(Make(Kind::kNone));
      case '\x88':
      case '\x89': {
        Ptr value = Make(Kind::kBool);
        value->integer = code == '\x88' ? 1 : 0;
        return Push(std::move(value));
      }
      default:
        return StepNumbersAndTexts(code);
    }
  }

  Status StepNumbersAndTexts(char code) {
    switch (code) {
      case 'K':
        return PushInt(1, false);
      case 'M':
        return PushInt(2, false);
      case 'J':
        return PushInt(4, true);
      case '\x8a':
        return PushLong(1);
      case '\x8b':
        return PushLong(4);
      case 'G':
        return PushFloat();
      case '\x8c':
        return PushText(Kind::kText, 1);
      case 'X':
        return PushText(Kind::kText, 4);
      case '\x8d':
        return PushText(Kind::kText, 8);
      case 'C':
        return PushText(Kind::kBytes, 1);
      case 'B':
        return PushText(Kind::kBytes, 4);
      case '\x8e':
      case '\x96':
        return PushText(Kind::kBytes, 8);
      default:
        return StepContainers(code);
    }
  }

  Status StepContainers(char code) {
    switch (code) {
      case ']':
        return Push(Make(Kind::kList));
      case '}':
        return Push(Make(Kind::kDict));
      case ')':
        return Push(Make(Kind::kTuple));
      case '\x8f':
        return Push(Make(Kind::kSet));
      case 't':
        return PushFromMark(Kind::kTuple);
      case '\x91':
        return PushFromMark(Kind::kSet);
      case '\x85':
      case '\x86':
      case '\x87':
        return PushTuple(static_cast<uint8_t>(code) - 0x84);
      case 'e':
      case 'u':
      case '\x90':
        return ExtendByMark();
      case 'a':
        return ExtendByOne();
      case 's':
        return ExtendByPair();
      default:
        return StepMemoAndCalls(code);
    }
  }

  Status StepMemoAndCalls(char code) {
    switch (code) {
      case '\x94':
        return Put(memo_.size());
      case 'q':
      case 'r': {
        ARROW_ASSIGN_OR_RAISE(const uint64_t place, TakeNumber(code == 'q' ? 1 : 4));
        return Put(place);
      }
      case 'h':
        return Get(1);
      case 'j':
        return Get(4);
      case 'c':
        return PushGlobalLine();
      case '\x93':
        return PushGlobalStack();
      case 'R':
      case '\x81':
        return Call();
      default:
        return Damaged("unknown code " + std::to_string(static_cast<uint8_t>(code)));
    }
  }

  std::string_view bytes_;
  size_t position_ = 0;
  bool stopped_ = false;
  std::vector<Ptr> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, Ptr> memo_;
};

}  // namespace

Result<Ptr> ReadPickle(std::string_view bytes) { return Machine(bytes).Run(); }

}  // namespace thalweg::python
