// Each kind of edit as the page sends it, as hostile programs would, and what the program answers of it.
#include <gmock/gmock.h>

#include <random>

#include "server/live_server.h"
#include "server/problem.h"
#include "server/requests.h"

namespace sam {
namespace {

using nlohmann::json;

Edit parsed(const json& edit) {
  return parse_edit_request(json{{"revision", "r"}, {"edit", edit}}.dump()).edit;
}

const json square = json::parse(R"([{"outer":[[1,2],[9,2],[9,8.5]],"holes":[[[3,3],[4,3],[4,4]]]}])");

TEST(EditRequests, EachKindIsTaken) {
  const Polygon polygon = {{{{1, 2}, {9, 2}, {9, 8.5}}, {{{3, 3}, {4, 3}, {4, 4}}}}};
  const auto add =
      std::get<AddAnnotation>(parsed({{"type", "add"}, {"class_id", 2}, {"polygon", square}, {"seconds", 1.5}}));
  EXPECT_EQ(add.polygon, polygon);
  EXPECT_EQ(add.seconds, 1.5);
  const auto mask = std::get<SetMask>(parsed({{"type", "set_mask"}, {"id", 3}, {"rle", "x"}, {"score", 0.5}}));
  EXPECT_EQ(mask.id, 3);
  EXPECT_EQ(mask.prompt, std::nullopt);
  EXPECT_EQ(std::get<SetPolygon>(parsed({{"type", "set_polygon"}, {"id", 3}, {"polygon", square}})).polygon, polygon);
  auto paint = std::get<Paint>(
      parsed({{"type", "paint"}, {"id", nullptr}, {"class_id", 1}, {"points", {{1, 2}, {3, 4.5}}}, {"radius", 7}}));
  EXPECT_EQ(paint.id, std::nullopt);
  EXPECT_EQ(paint.class_id, 1);
  EXPECT_EQ(paint.points, (std::vector<Point>{{1, 2}, {3, 4.5}}));
  EXPECT_FALSE(paint.erase);
  paint = std::get<Paint>(parsed({{"type", "paint"}, {"id", 4}, {"points", {{1, 2}}}, {"radius", 7}, {"erase", true}}));
  EXPECT_EQ(paint.id, 4);
  EXPECT_TRUE(paint.erase);
  const json ids = {4, 2};
  EXPECT_EQ(std::get<MergeAnnotations>(parsed({{"type", "merge"}, {"ids", ids}})).ids,
            (std::vector<std::int64_t>{4, 2}));
  EXPECT_EQ(std::get<SubtractAnnotations>(parsed({{"type", "subtract"}, {"id", 1}, {"ids", ids}})).id, 1);
  EXPECT_EQ(std::get<FillHoles>(parsed({{"type", "fill_holes"}, {"ids", ids}, {"below", 0}})).below_px, 0U);
  EXPECT_EQ(std::get<DropSpecks>(parsed({{"type", "drop_specks"}, {"ids", ids}, {"below", 9}})).below_px, 9U);
  EXPECT_EQ(std::get<SimplifyOutlines>(parsed({{"type", "simplify"}, {"ids", ids}, {"tolerance", 2.5}})).tolerance_px,
            2.5);
  EXPECT_EQ(std::get<ReorderAnnotations>(parsed({{"type", "order"}, {"ids", ids}, {"to", "backward"}})).to,
            ReorderAnnotations::To::backward);
  EXPECT_EQ(std::get<CopyAnnotations>(parsed({{"type", "copy"}, {"from", "b.jpg"}, {"ids", ids}})).from, "b.jpg");
  const auto review =
      std::get<ReviewAnnotations>(parsed({{"type", "review"}, {"ids", ids}, {"review", ""}, {"note", "n"}}));
  EXPECT_EQ(review.review, Review::none);
  EXPECT_EQ(review.note, "n");
  EXPECT_EQ(std::get<ReviewAnnotations>(parsed({{"type", "review"}, {"ids", ids}})).review, std::nullopt);
  const auto mark = std::get<MarkPicture>(parsed({{"type", "mark"}, {"faulty", true}}));
  EXPECT_EQ(mark.reviewed, std::nullopt);
  EXPECT_EQ(mark.faulty, true);
  const EditRequest whole =
      parse_edit_request(R"({"revision":"r","edit_id":"w-1","overlap":"newer","edit":{"type":"undo"}})");
  EXPECT_EQ(whole.options.edit_id, "w-1");
  EXPECT_EQ(whole.options.overlap, Overlap::newer);
}

TEST(EditRequests, WrongShapesAreRefused) {
  for (const char* edit : {R"({"type":"add","class_id":0,"rle":"x","polygon":[]})",
                           R"({"type":"add","class_id":0,"rle":""})",
                           R"({"type":"add","class_id":0,"polygon":{}})",
                           R"({"type":"add","class_id":0,"polygon":[[]]})",
                           R"({"type":"add","class_id":0,"polygon":[{"outer":[[1,2]]}]})",
                           R"({"type":"add","class_id":0,"polygon":[{"outer":[[1,2,3]],"holes":[]}]})",
                           R"({"type":"add","class_id":0,"polygon":[{"outer":[[1,"2"]],"holes":[]}]})",
                           R"({"type":"add","class_id":0,"polygon":[{"outer":[1,2],"holes":[]}]})",
                           R"({"type":"add","class_id":0,"polygon":[{"outer":[],"holes":[1]}]})",
                           R"({"type":"add","class_id":0,"rle":"x","seconds":"1"})",
                           R"({"type":"set_mask","rle":"x"})",
                           R"({"type":"set_mask","id":1})",
                           R"({"type":"set_mask","id":-1,"rle":"x"})",
                           R"({"type":"set_polygon","id":1})",
                           R"({"type":"paint","points":[[1,2]],"radius":2})",
                           R"({"type":"paint","id":1,"radius":2})",
                           R"({"type":"paint","id":1,"points":[[1,2]]})",
                           R"({"type":"paint","id":1,"points":[[1]],"radius":2})",
                           R"({"type":"paint","id":1,"points":[[1,null]],"radius":2})",
                           R"({"type":"paint","id":1.5,"points":[],"radius":2})",
                           R"({"type":"paint","id":1,"points":[],"radius":"2"})",
                           R"({"type":"paint","id":1,"points":[],"radius":2,"erase":1})",
                           R"({"type":"merge"})",
                           R"({"type":"subtract","ids":[1]})",
                           R"({"type":"subtract","id":1})",
                           R"({"type":"fill_holes","ids":[1]})",
                           R"({"type":"fill_holes","ids":[1],"below":-1})",
                           R"({"type":"fill_holes","ids":[1],"below":1.5})",
                           R"({"type":"drop_specks","ids":[1],"below":1e30})",
                           R"({"type":"simplify","ids":[1]})",
                           R"({"type":"simplify","ids":[1],"tolerance":null})",
                           R"({"type":"order","ids":[1]})",
                           R"({"type":"order","ids":[1],"to":"top"})",
                           R"({"type":"copy","ids":[1]})",
                           R"({"type":"copy","from":1,"ids":[1]})",
                           R"({"type":"review","review":"proposed"})",
                           R"({"type":"review","ids":[1],"review":"maybe"})",
                           R"({"type":"review","ids":[1],"note":1})",
                           R"({"type":"mark","reviewed":1})",
                           R"({"type":"mark","faulty":null})"}) {
    EXPECT_THROW(parse_edit_request(std::string(R"({"revision":"r","edit":)") + edit + "}"), RequestError) << edit;
  }
  for (const char* rest : {R"("overlap":"yes")", R"("overlap":1)", R"("edit_id":1)", R"("window":1)"}) {
    EXPECT_THROW(parse_edit_request(std::string(R"({"revision":"r","edit":{"type":"clear"},)") + rest + "}"),
                 RequestError)
        << rest;
  }
  const std::string longest(101, 'x');
  for (const char* field : {"edit_id", "window"}) {
    EXPECT_THROW(parse_edit_request(json{{"revision", "r"}, {"edit", {{"type", "clear"}}}, {field, longest}}.dump()),
                 RequestError);
  }
  EXPECT_THROW(parsed({{"type", "review"}, {"ids", {1}}, {"note", std::string(8001, 'x')}}), RequestError);
}

// As text: a tree of so many values would take longer to make than to send.
std::string edit_with_outline(const std::string& revision, const std::string& edit, std::size_t vertices) {
  std::string text = R"({"revision":")" + revision + R"(","edit":{)" + edit + R"(,"polygon":[{"holes":[],"outer":[)";
  for (std::size_t i = 0; i < vertices; ++i) {
    const double angle = 6.283185307179586 * static_cast<double>(i) / static_cast<double>(vertices);
    text += (i == 0 ? "[" : ",[") + std::to_string(20 + 15 * std::cos(angle)) + "," +
            std::to_string(15 + 10 * std::sin(angle)) + "]";
  }
  return text + "]}]}}";
}

TEST(EditRequests, APolygonMayHaveAHundredThousandVertices) {
  const std::string edit = R"("type":"set_polygon","id":1)";
  const auto set = std::get<SetPolygon>(parse_edit_request(edit_with_outline("r", edit, max_vertices)).edit);
  EXPECT_EQ(set.polygon[0].outer.size(), max_vertices);
  EXPECT_THROW(parse_edit_request(edit_with_outline("r", edit, 2 * max_vertices)), RequestError);
}

using EditRoutes = LiveServer;

TEST_F(EditRoutes, AnAnnotationSaysAllThatIsKnownOfIt) {
  json picture = edit("a.jpg", {{"type", "add"}, {"class_id", 1}, {"polygon", square}, {"seconds", 3.5}});
  const json made = picture["annotations"][0];
  EXPECT_EQ(made["polygon"], square);
  EXPECT_EQ(made["source"], "drawn");
  EXPECT_EQ(made["seconds"], 3.5);
  EXPECT_EQ(made["review"], "");
  EXPECT_EQ(made["note"], "");
  EXPECT_EQ(made["created"].get<std::string>().size(), 20U);
  EXPECT_EQ(picture["undo_title"], "add");
  EXPECT_EQ(picture["redo_title"], "");
  EXPECT_EQ(picture["reviewed"], false);
  EXPECT_EQ(picture["last_edit"], "");
  picture = edit("a.jpg", {{"type", "review"}, {"ids", {1}}, {"review", "rejected"}, {"note", "no"}});
  EXPECT_EQ(picture["annotations"][0]["review"], "rejected");
  EXPECT_EQ(picture["annotations"][0]["note"], "no");
  picture = edit("a.jpg", {{"type", "mark"}, {"reviewed", true}, {"faulty", true}});
  EXPECT_EQ(picture["reviewed"], true);
  EXPECT_EQ(picture["faulty"], true);
  EXPECT_EQ(picture["undo_title"], "review");
}

TEST_F(EditRoutes, ALargePolygonComesThrough) {
  post("/images/a.jpg/edits", edit_with_outline("r0", R"("type":"add","class_id":0)", 2'000));
  const Annotation made = store_.annotations("a.jpg").at(0);
  EXPECT_EQ(made.polygon[0].outer.size(), 2'000U);
  EXPECT_NEAR(static_cast<double>(mask_area(made.mask)), 3.14159 * 150, 12);
}

TEST_F(EditRoutes, AnEditIsMadeOnce) {
  json body = {{"revision", "r0"}, {"edit_id", "w-1"}, {"edit", add_json()}};
  const json made = post("/images/a.jpg/edits", body.dump());
  EXPECT_EQ(made["last_edit"], "w-1");
  EXPECT_EQ(post("/images/a.jpg/edits", body.dump()), made);
  body["edit_id"] = "w-2";
  EXPECT_EQ(post("/images/a.jpg/edits", body.dump(), 409)["type"], "/problems/revision-conflict");
  EXPECT_EQ(store_.annotations("a.jpg").size(), 1U);
}

TEST_F(EditRoutes, WhatMakesNoSenseSaysWhy) {
  edit("a.jpg", add_json());
  const json stroke = {{"type", "paint"}, {"id", 1}, {"points", {{1, 1}}}, {"radius", 0}};
  const json problem = edit("a.jpg", stroke, 422);
  EXPECT_EQ(problem["title"], "The edit cannot be made");
  EXPECT_EQ(problem["detail"], "the brush's radius must be more than 0 and at most 10000 pixels");
  edit("a.jpg", {{"type", "copy"}, {"from", "../../etc/passwd"}, {"ids", {1}}}, 422);
  edit("a.jpg", {{"type", "copy"}, {"from", "broken.jpg"}, {"ids", {1}}}, 422);
  EXPECT_EQ(store_.annotations("a.jpg").size(), 1U);
}

// Any values of the right shape: an edit or a refusal, and the picture stays one that can be saved.
TEST_F(EditRoutes, NumbersOfAnyKindDoNoHarm) {
  std::mt19937 random(6);
  const std::vector<json> numbers = {0, 1, -1, 0.5, 1e-300, -1e300, 1e300, 1e9, 4294967296.0, 20, 15};
  const auto any = [&] { return numbers[random() % numbers.size()]; };
  const auto points = [&] {
    json list = json::array();
    for (std::size_t i = random() % 6; i > 0; --i) list.push_back({any(), any()});
    return list;
  };
  for (int round = 0; round < 10; ++round) {
    edit("b%20c.jpg", {{"type", "clear"}});
    edit("b%20c.jpg", {{"type", "add"}, {"class_id", 0}, {"rle", add_json()["rle"]}});
    const json id = get("/images/b%20c.jpg")["annotations"].back()["id"];
    const std::vector<json> edits = {
        {{"type", "paint"},
         {"id", id},
         {"points", points()},
         {"radius", any()},
         {"erase", round % 2 == 0},
         {"seconds", any()}},
        {{"type", "set_polygon"}, {"id", id}, {"polygon", {{{"outer", points()}, {"holes", json::array({points()})}}}}},
        {{"type", "simplify"}, {"ids", {id}}, {"tolerance", any()}},
        {{"type", "add"},
         {"class_id", 0},
         {"polygon", {{{"outer", points()}, {"holes", json::array()}}}},
         {"seconds", any()}}};
    auto http = client();
    for (const json& each : edits) {
      const json body = {{"revision", get("/images/b%20c.jpg")["revision"]}, {"edit", each}};
      const auto result = http.Post("/api/v1/images/b%20c.jpg/edits", body.dump(), "application/json");
      ASSERT_TRUE(result);
      ASSERT_THAT(result->status, testing::AnyOf(200, 422)) << body << result->body;
      if (result->status == 422) continue;
      for (const Annotation& annotation : store_.annotations("b c.jpg"))
        ASSERT_GT(mask_area(annotation.mask), 0U) << body;
    }
  }
}

}  // namespace
}  // namespace sam
