// autolabel, run as a user runs it, with the model that needs no file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/project_scene.h"

namespace sam {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class AutolabelCommand : public ProjectScene {
 protected:
  void SetUp() override {
    ProjectScene::SetUp();
    write("truth.json",
          R"({"info": {}, "images": [{"id": 7, "file_name": "fresh.jpg"}, {"id": 8, "file_name": "elsewhere.jpg"},
        {"id": 9, "file_name": "a.jpg"}], "annotations": [], "categories": [{"id": 3, "name": "truck"}, {"id": 4, "name": "bus"}]})");
    write("results.json", R"([{"image_id": 7, "category_id": 3, "bbox": [100, 80, 200, 200], "score": 0.75},
        {"image_id": 7, "category_id": 4, "bbox": [10, 10, 50, 50], "score": 0.25}])");
  }
  static ProcessResult label(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "autolabel");
    arguments.insert(arguments.end(), {"--model", "grabcut"});
    return run(arguments);
  }
};

TEST_F(AutolabelCommand, AListOfResultsNeedsItsGroundTruth) {
  const ProcessResult refused = label({at("shop"), at("results.json")});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("--ground-truth FILE.json"));
  EXPECT_THAT(label({at("shop"), at("truth.json"), "--ground-truth", at("truth.json")}).err,
              HasSubstr("this is no list of results"));
  EXPECT_THAT(label({at("shop"), at("results.json"), "--ground-truth", at("results.json")}).err,
              HasSubstr("\"images\" and \"categories\""));
  EXPECT_THAT(label({at("shop"), at("results.json"), "--ground-truth", at("nothing.json")}).err,
              HasSubstr("nothing.json does not exist"));
}

TEST_F(AutolabelCommand, AListOfResultsBecomesMasksWithTheirScores) {
  const ProcessResult made =
      label({at("shop"), at("results.json"), "--ground-truth", at("truth.json"), "--min-score", "0.5", "--json"});
  ASSERT_EQ(made.status, 0) << made.err;
  const json told = json::parse(made.out);
  EXPECT_EQ(told.at("pictures"), 1);
  EXPECT_EQ(told.at("annotations"), 1);
  EXPECT_EQ(told.at("below_score"), 1);
  EXPECT_EQ(told.at("without_photo").at("count"), 0);  // elsewhere.jpg has no results
  const json saved = json::parse(read("shop/annotations/fresh.jpg.json")).at("annotations").at(0);
  EXPECT_EQ(saved.at("class_name"), "truck");
  EXPECT_EQ(saved.at("score"), 0.75);
  EXPECT_EQ(saved.at("review"), "proposed");
  EXPECT_EQ(saved.at("prompt").at("boxes").at(0), json({100, 80, 300, 280}));
}

TEST_F(AutolabelCommand, MasksThatNeedNoReviewAreAnnotationsLikeAny) {
  const ProcessResult made =
      label({at("shop"), at("results.json"), "--ground-truth", at("truth.json"), "--min-score", "0.5", "--accepted"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_FALSE(json::parse(read("shop/annotations/fresh.jpg.json")).at("annotations").at(0).contains("review"));
}

TEST_F(AutolabelCommand, ADryRunWritesNothing) {
  const auto before = everything();
  const ProcessResult dry = label({at("shop"), at("results.json"), "--ground-truth", at("truth.json"), "--dry-run"});
  EXPECT_EQ(dry.status, 0) << dry.err;
  EXPECT_THAT(dry.out, HasSubstr("would get 2 masks on 1 picture"));
  EXPECT_EQ(everything(), before);
}

}  // namespace
}  // namespace sam
