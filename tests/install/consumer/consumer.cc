// A program of somebody else, built against what was installed.

#include <iostream>

#include <arrow/api.h>
#include <thalweg/session.h>

arrow::Status Run() {
  ARROW_ASSIGN_OR_RAISE(auto session,
                        thalweg::Session::Builder().AppName("consumer").GetOrCreate());
  ARROW_ASSIGN_OR_RAISE(const auto rows, session->Sql("SELECT sum(id) AS s FROM range(10)"));
  ARROW_ASSIGN_OR_RAISE(const auto table, rows.Collect());
  std::cout << table->schema()->field(0)->name() << " over " << table->num_rows() << " row\n";
  return rows.Show();
}

int main() {
  const arrow::Status status = Run();
  if (!status.ok()) std::cerr << thalweg::ErrorText(status) << "\n";
  return status.ok() ? 0 : 1;
}
