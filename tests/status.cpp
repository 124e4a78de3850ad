// SPDX-License-Identifier: MIT

#include "../rbm/status.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

TEST_CASE("every status has words of its own") {
  const rbm::Status all[] = {rbm::Status::ok,        rbm::Status::not_finite,       rbm::Status::out_of_range,
                             rbm::Status::too_large, rbm::Status::not_normalizable, rbm::Status::stopped};
  std::set<std::string> words;
  for (rbm::Status status : all) words.insert(rbm::to_string(status));
  CHECK(words.size() == 6);
  CHECK(words.count("unknown status") == 0);
  CHECK(std::string(rbm::to_string(rbm::Status::out_of_range)) == "out of range");
  CHECK(std::string(rbm::to_string(static_cast<rbm::Status>(250))) == "unknown status");
  CHECK(static_cast<int>(rbm::Status::ok) == 0);
  CHECK(sizeof(rbm::Status) == 1);
}

TEST_CASE("the version is one number and its text") {
  const long numbers = RBM_VERSION;
  const std::string text =
      std::to_string(numbers / 10000) + "." + std::to_string(numbers / 100 % 100) + "." + std::to_string(numbers % 100);
  CHECK(text == RBM_VERSION_STRING);
}
