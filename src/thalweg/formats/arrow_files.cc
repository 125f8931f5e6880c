#include "thalweg/formats/arrow_files.h"

#include <arrow/buffer.h>

#include "thalweg/base/execution_progress.h"

namespace thalweg::formats {
namespace {

class ArrowFile final : public arrow::io::RandomAccessFile {
 public:
  explicit ArrowFile(std::shared_ptr<const ReadableFile> file) : file_(std::move(file)) {}

  Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> Tell() const override { return position_; }
  Status Seek(int64_t position) override {
    position_ = position;
    return Status::OK();
  }
  Result<int64_t> GetSize() override { return file_->size(); }
  Result<int64_t> ReadAt(int64_t position, int64_t length, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t read,
                          file_->Read(position, length, static_cast<char*>(out)));
    if (stage_ != nullptr) stage_->AddBytesRead(read);
    return read;
  }
  Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t length) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(length));
    ARROW_ASSIGN_OR_RAISE(const int64_t read, ReadAt(position, length, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(read));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }
  Result<int64_t> Read(int64_t length, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t read, ReadAt(position_, length, out));
    position_ += read;
    return read;
  }
  Result<std::shared_ptr<arrow::Buffer>> Read(int64_t length) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, length));
    position_ += buffer->size();
    return buffer;
  }

 private:
  std::shared_ptr<const ReadableFile> file_;
  const std::shared_ptr<StageProgress> stage_ = CurrentStage();  // whatever thread reads
  int64_t position_ = 0;
  bool closed_ = false;
};

class ArrowOutput final : public arrow::io::OutputStream {
 public:
  explicit ArrowOutput(WritableFile* file) : file_(file) {}

  Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> Tell() const override { return position_; }
  Status Write(const void* data, int64_t length) override {
    ARROW_RETURN_NOT_OK(
        file_->Append({static_cast<const char*>(data), static_cast<size_t>(length)}));
    position_ += length;
    return Status::OK();
  }
  using arrow::io::Writable::Write;

 private:
  WritableFile* file_;
  int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace

std::shared_ptr<arrow::io::RandomAccessFile> MakeArrowFile(
    std::shared_ptr<const ReadableFile> file) {
  return std::make_shared<ArrowFile>(std::move(file));
}

std::shared_ptr<arrow::io::OutputStream> MakeArrowOutput(WritableFile* file) {
  return std::make_shared<ArrowOutput>(file);
}

}  // namespace thalweg::formats
