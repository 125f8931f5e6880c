#include "thalweg/python/state_reply.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/writer.h>

#include "org/apache/spark/sql/execution/streaming/StateMessage.pb.h"
#include "thalweg/python/wire.h"

namespace thalweg::python {
namespace {

namespace proto = org::apache::spark::sql::execution::streaming::state;

void Append(const google::protobuf::MessageLite& message, std::string* out) {
  WireWriter wire;
  wire.Text(message.SerializeAsString());
  *out += wire.bytes();
}

Result<ArrayPtr> Pickles(const StateRows& codec, const Batch& rows) {
  arrow::BinaryBuilder builder;
  for (int64_t row = 0; row < rows.num_rows; ++row) {
    ARROW_RETURN_NOT_OK(builder.Append(codec.ToPickle(rows, row)));
  }
  return builder.Finish();
}

}  // namespace

void StateReply::Put(StateStatus status, std::string_view message, std::string_view value) {
  proto::StateResponse response;
  response.set_statuscode(static_cast<int32_t>(status));
  response.set_errormessage(std::string(message));
  response.set_value(std::string(value));
  Append(response, out_);
}

void StateReply::PutTruth(bool truth, const std::string& message) {
  if (truth) return Done();
  Put(StateStatus::kNothing, message);
}

void StateReply::PutNumber(int64_t number) {
  proto::StateResponseWithLongTypeVal response;
  response.set_value(number);
  Append(response, out_);
}

void StateReply::PutText(const std::string& text) {
  proto::StateResponseWithStringTypeVal response;
  response.set_value(text);
  Append(response, out_);
}

Status StateReply::PutArrow(const arrow::RecordBatch& batch) {
  Done();
  ARROW_ASSIGN_OR_RAISE(const auto stream, arrow::io::BufferOutputStream::Create());
  ARROW_ASSIGN_OR_RAISE(const auto writer, arrow::ipc::MakeStreamWriter(stream, batch.schema()));
  ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(batch));
  ARROW_RETURN_NOT_OK(writer->Close());
  ARROW_ASSIGN_OR_RAISE(const auto bytes, stream->Finish());
  *out_ += std::string_view(*bytes);
  return Status::OK();
}

Status StateReply::PutRows(const StateRows& codec, const Batch& rows, bool more) {
  if (arrow()) {
    ARROW_ASSIGN_OR_RAISE(const auto batch, codec.ToArrow(rows));
    return PutArrow(*batch);
  }
  // The answers for keys and for values of maps are laid out alike.
  proto::StateResponseWithListGet response;
  for (int64_t row = 0; row < rows.num_rows; ++row) response.add_value(codec.ToPickle(rows, row));
  response.set_requirenextfetch(more);
  Append(response, out_);
  return Status::OK();
}

Status StateReply::PutPairs(const StateRows& key_codec, const Batch& keys,
                            const StateRows& value_codec, const Batch& values, bool more) {
  if (arrow()) {
    const auto schema = arrow::schema(
        {arrow::field("keyRow", arrow::binary()), arrow::field("valueRow", arrow::binary())});
    ARROW_ASSIGN_OR_RAISE(ArrayPtr key_column, Pickles(key_codec, keys));
    ARROW_ASSIGN_OR_RAISE(ArrayPtr value_column, Pickles(value_codec, values));
    return PutArrow(*arrow::RecordBatch::Make(schema, keys.num_rows,
                                              {std::move(key_column), std::move(value_column)}));
  }
  proto::StateResponseWithMapIterator response;
  for (int64_t row = 0; row < keys.num_rows; ++row) {
    proto::KeyAndValuePair* pair = response.add_kvpair();
    pair->set_key(key_codec.ToPickle(keys, row));
    pair->set_value(value_codec.ToPickle(values, row));
  }
  response.set_requirenextfetch(more);
  Append(response, out_);
  return Status::OK();
}

Status StateReply::PutTimers(const StateRows* key_codec, const Batch& keys,
                             const std::vector<int64_t>& millis, bool more) {
  if (arrow()) {
    arrow::FieldVector fields;
    arrow::ArrayVector columns;
    if (key_codec != nullptr) {
      fields.push_back(arrow::field("key", arrow::binary()));
      ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), Pickles(*key_codec, keys));
    }
    fields.push_back(arrow::field("timestamp", arrow::int64()));
    arrow::Int64Builder builder;
    ARROW_RETURN_NOT_OK(builder.AppendValues(millis));
    ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), builder.Finish());
    return PutArrow(*arrow::RecordBatch::Make(
        arrow::schema(std::move(fields)), static_cast<int64_t>(millis.size()), std::move(columns)));
  }
  proto::StateResponseWithTimer response;
  for (size_t row = 0; row < millis.size(); ++row) {
    proto::TimerInfo* timer = response.add_timer();
    if (key_codec != nullptr) timer->set_key(key_codec->ToPickle(keys, static_cast<int64_t>(row)));
    timer->set_timestampms(millis[row]);
  }
  response.set_requirenextfetch(more);
  Append(response, out_);
  return Status::OK();
}

}  // namespace thalweg::python
