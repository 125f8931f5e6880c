#include "thalweg/python/reply_reader.h"

#include "thalweg/python/wire.h"

namespace thalweg::python {
namespace {

/// Longest traceback and accumulator that is taken.
constexpr int64_t kMaxTextBytes = 256LL << 20;

Status BadReply(const std::string& reason) {
  return MakeError("PYTHON_WORKER_FAILED.PROTOCOL", {{"reason", reason}});
}

int64_t ReadLong(const uint8_t* bytes) {
  return static_cast<int64_t>(static_cast<uint64_t>(static_cast<uint32_t>(ReadWireInt(bytes)))
                                  << 32 |
                              static_cast<uint32_t>(ReadWireInt(bytes + 4)));
}

}  // namespace

class ReplyReader::Listener : public arrow::ipc::Listener {
 public:
  explicit Listener(const TakeBatch& take) : take_(take) {}
  Status OnEOS() override {
    at_end_ = true;
    return Status::OK();
  }
  Status OnRecordBatchDecoded(std::shared_ptr<arrow::RecordBatch> batch) override {
    take_(std::move(batch));
    return Status::OK();
  }
  bool at_end() const { return at_end_; }

 private:
  const TakeBatch& take_;
  bool at_end_ = false;
};

ReplyReader::ReplyReader(Protocol protocol, TakeBatch take_batch, TakeMessage take_message)
    : protocol_(protocol),
      take_batch_(std::move(take_batch)),
      take_message_(std::move(take_message)) {}

ReplyReader::~ReplyReader() = default;

int64_t ReplyReader::wanted() const {
  switch (state_) {
    case State::kArrow:
      return decoder_->next_required_size();
    case State::kMessage:
    case State::kTraceback:
    case State::kAccumulator:
      return length_;
    case State::kTimes:
      // Start, set-up and end; since 4.2 the time of the function; bytes spilled to memory, to
      // disk.
      return 8 * (protocol_ >= Protocol::k42 ? 6 : 5);
    case State::kEnded:
      return 0;
    default:
      return 4;
  }
}

Status ReplyReader::Consume(std::shared_ptr<arrow::Buffer> piece) {
  switch (state_) {
    case State::kMark:
      return ConsumeMark(ReadWireInt(piece->data()));
    case State::kArrow:
      return ConsumeArrow(std::move(piece));
    case State::kMessage:
      state_ = State::kMark;
      take_message_(std::move(piece));
      return Status::OK();
    case State::kTraceback:
      return MakeError("PYTHON_EXCEPTION",
                       {{"msg", "An exception was thrown from the Python worker"},
                        {"traceback", piece->ToString()}});
    case State::kTimes:
      run_millis_ = ReadLong(piece->data() + 16) - ReadLong(piece->data() + 8);
      state_ = State::kMark;
      return Status::OK();
    case State::kAccumulator:
      accumulated_.push_back(piece->ToString());
      NextAccumulator();
      return Status::OK();
    case State::kEnded:
      return BadReply("it goes on after the end");
    default:
      return ConsumeNumber(ReadWireInt(piece->data()));
  }
}

Status ReplyReader::ConsumeMark(int32_t value) {
  switch (static_cast<Mark>(value)) {
    case Mark::kStartArrowStream:
      if (take_batch_ == nullptr) return BadReply("it sends an Arrow stream for pickled rows");
      listener_ = std::make_shared<Listener>(take_batch_);
      decoder_ = std::make_unique<arrow::ipc::StreamDecoder>(listener_);
      state_ = State::kArrow;
      return Status::OK();
    case Mark::kException:
      state_ = State::kTracebackLength;
      return Status::OK();
    case Mark::kTiming:
      state_ = State::kTimes;
      return Status::OK();
    case Mark::kEndOfData:
      state_ = State::kNumAccumulators;
      return Status::OK();
    default:
      break;
  }
  if (value < 0 || take_message_ == nullptr)
    return BadReply("unknown mark " + std::to_string(value));
  length_ = value;
  if (length_ > 0) {
    state_ = State::kMessage;
  } else {
    take_message_(std::make_shared<arrow::Buffer>(std::string_view()));
  }
  return Status::OK();
}

Status ReplyReader::ConsumeNumber(int32_t value) {
  if (state_ == State::kLastMark) {
    reusable_ = value == static_cast<int32_t>(Mark::kEndOfStream);
    state_ = State::kEnded;
    return Status::OK();
  }
  if (value < 0 || value > kMaxTextBytes) return BadReply("a length of " + std::to_string(value));
  if (state_ == State::kNumAccumulators) {
    accumulators_ = value + 1;
    NextAccumulator();
    return Status::OK();
  }
  length_ = value;
  state_ = state_ == State::kTracebackLength ? State::kTraceback : State::kAccumulator;
  return length_ > 0 ? Status::OK() : Consume(std::make_shared<arrow::Buffer>(std::string_view()));
}

void ReplyReader::NextAccumulator() {
  --accumulators_;
  state_ = accumulators_ > 0 ? State::kAccumulatorLength : State::kLastMark;
}

Status ReplyReader::ConsumeArrow(std::shared_ptr<arrow::Buffer> piece) {
  const Status status = decoder_->Consume(std::move(piece));
  if (!status.ok()) return BadReply(status.message());
  if (listener_->at_end()) state_ = State::kMark;
  return Status::OK();
}

}  // namespace thalweg::python
