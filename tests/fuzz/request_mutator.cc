#include "request_mutator.h"

#include <map>
#include <utility>

#include "nesting.h"
#include "value_mutator.h"

namespace thalweg::tests {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kMaxBytes = size_t{1} << 20;

/// `root` and all messages in it.
template <typename Node>
std::vector<Node*> AllMessages(Node* root) {
  std::vector<Node*> all = {root};
  for (size_t at = 0; at < all.size(); ++at) {
    for (const Message* inner : MessagesIn(*all[at])) all.push_back(const_cast<Node*>(inner));
  }
  return all;
}

std::vector<const FieldDescriptor*> SetFields(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

bool IsMessage(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

/// Any field of the type, set or not; null if it has none.
const FieldDescriptor* AnyField(const Message& message, RandomChoice* random) {
  const Descriptor* type = message.GetDescriptor();
  if (type->field_count() == 0) return nullptr;
  return type->field(static_cast<int>(random->Below(static_cast<size_t>(type->field_count()))));
}

void ChangeSomeValue(Message* message, const std::vector<std::string>& functions,
                     RandomChoice* random) {
  std::vector<const FieldDescriptor*> values;
  for (const FieldDescriptor* field : SetFields(*message)) {
    if (!IsMessage(field)) values.push_back(field);
  }
  const FieldDescriptor* field =
      values.empty() || random->OneIn(5) ? AnyField(*message, random) : random->From(values);
  if (field == nullptr || IsMessage(field)) return;
  ChangeValue(message, field, random->OneIn(4), functions, random);
}

/// Removes, repeats or swaps what a field holds.
void ChangeSomeField(Message* message, RandomChoice* random) {
  const auto fields = SetFields(*message);
  if (fields.empty()) return;
  const FieldDescriptor* field = random->From(fields);
  const auto* reflection = message->GetReflection();
  if (!field->is_repeated() || random->OneIn(4)) return reflection->ClearField(message, field);
  const int size = reflection->FieldSize(*message, field);
  const int at = static_cast<int>(random->Below(static_cast<size_t>(size)));
  switch (random->Below(3)) {
    case 0:
      reflection->RemoveLast(message, field);
      break;
    case 1:
      reflection->SwapElements(message, field, at,
                               static_cast<int>(random->Below(static_cast<size_t>(size))));
      break;
    default: {
      if (!IsMessage(field)) break;
      const std::unique_ptr<Message> copy(
          reflection->GetRepeatedMessage(*message, field, at).New());
      copy->CopyFrom(reflection->GetRepeatedMessage(*message, field, at));
      size_t times = random->OneIn(8) ? 500 : 1;
      times = std::min(times, kMaxBytes / (copy->ByteSizeLong() + 1));
      for (; times > 0; --times) reflection->AddMessage(message, field)->CopyFrom(*copy);
    }
  }
}

}  // namespace

/// Messages of the recorded requests, by type.
struct RequestMutator::Donors {
  std::map<const Descriptor*, std::vector<const Message*>> by_type;

  /// Null if there is none of the type.
  const Message* Find(const Descriptor* type, RandomChoice* random) const {
    const auto found = by_type.find(type);
    return found == by_type.end() ? nullptr : random->From(found->second);
  }
};

RequestMutator::RequestMutator(const std::vector<Request>& recorded,
                               std::vector<std::string> functions)
    : functions_(std::move(functions)), donors_(std::make_unique<Donors>()) {
  for (const Request& request : recorded) {
    auto message = ParseRequest(request);
    if (message == nullptr) continue;
    const Message* root = message.get();
    for (const Message* inner : AllMessages(root)) {
      donors_->by_type[inner->GetDescriptor()].push_back(inner);
    }
    recorded_.push_back(request);
    parsed_.push_back(std::move(message));
  }
}

RequestMutator::~RequestMutator() = default;

void RequestMutator::Change(Message* root, RandomChoice* random) const {
  const auto all = AllMessages(root);
  Message* message = random->From(all);
  switch (random->Below(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return ChangeSomeValue(message, functions_, random);
    case 4:
    case 5:
      return ChangeSomeField(message, random);
    case 6: {
      const FieldDescriptor* field = AnyField(*message, random);
      if (field == nullptr || !IsMessage(field)) return;
      const auto* reflection = message->GetReflection();
      Message* made = field->is_repeated() ? reflection->AddMessage(message, field)
                                           : reflection->MutableMessage(message, field);
      const Message* donor = donors_->Find(field->message_type(), random);
      if (donor != nullptr && !random->OneIn(5)) made->CopyFrom(*donor);
      return;
    }
    case 7: {
      // Another place of the same request.
      const Message* other = random->From(all);
      if (other->GetDescriptor() != message->GetDescriptor()) return;
      if (other->ByteSizeLong() > kMaxBytes / 4) return;
      const std::unique_ptr<Message> copy(other->New());
      copy->CopyFrom(*other);
      return message->CopyFrom(*copy);
    }
    case 8:
      WrapDeeply(message, random);
      return;
    default: {
      const Message* donor = donors_->Find(message->GetDescriptor(), random);
      if (message != root && donor != nullptr) message->CopyFrom(*donor);
    }
  }
}

Request RequestMutator::Make(uint64_t seed) const {
  RandomChoice random(seed);
  const size_t base = random.Below(parsed_.size());
  const std::unique_ptr<Message> message(parsed_[base]->New());
  message->CopyFrom(*parsed_[base]);
  for (size_t changes = size_t{1} << random.Below(5); changes > 0; --changes) {
    Change(message.get(), &random);
    if (message->ByteSizeLong() > kMaxBytes) break;
  }
  Request request{recorded_[base].name, recorded_[base].is_analysis, ""};
  request.bytes = message->SerializeAsString();
  if (random.OneIn(20)) ChangeBytes(&request.bytes, &random);
  return request;
}

}  // namespace thalweg::tests
