// Pictures with their annotations, as files of the project.
#include "jobs/visualization.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "dataset/project_folder.h"
#include "image/index_picture.h"
#include "session/fake_pipeline.h"

namespace sam {
namespace {

constexpr Size size{64, 32};

class VisualizationTest : public ProjectFolder {
 protected:
  Store& annotated(const std::vector<std::string>& names) {
    for (const std::string& name : names) put("images/" + name, bmp(size.width, size.height));
    Store& store = open();
    for (const std::string& name : names) {
      LoadedPicture loaded = store.load(name);
      loaded.content.annotations = {rectangle(1, 0, {0, 0, 20, 20}, size), rectangle(2, 1, {30, 5, 60, 30}, size)};
      store.save(loaded.content, loaded.revision);
    }
    return store;
  }

  std::filesystem::path draw(Store& store, const std::string& name, const VisualizationOptions& options) {
    return write_visualization(store, pipeline_, files_, {}, name, options);
  }

  Size size_of(const std::filesystem::path& file) {
    const auto png = get(file.string());
    return png ? read_png_size(*png) : Size{};
  }

  FakePipeline pipeline_;
};

TEST_F(VisualizationTest, EachViewIsAFileOfItsOwnAtFullSize) {
  Store& store = annotated({"a.bmp"});
  for (const MaskView view : {MaskView::overlay, MaskView::masked, MaskView::side_by_side, MaskView::contours}) {
    VisualizationOptions options;
    options.view = view;
    options.labels = true;
    const std::filesystem::path file = draw(store, "a.bmp", options);
    EXPECT_EQ(file,
              std::filesystem::path("saved_visualizations") / ("a_" + std::string(mask_view_name(view)) + ".png"));
    EXPECT_EQ(size_of(file), drawn_size(size, view));
    EXPECT_EQ(mask_view_of(mask_view_name(view)), view);
  }
  EXPECT_EQ(mask_view_of("normal"), std::nullopt);
}

TEST_F(VisualizationTest, PicturesOfOneBaseNameDoNotReplaceEachOther) {
  Store& store = annotated({"a.bmp", "a.BMP"});
  EXPECT_EQ(draw(store, "a.bmp", {}), "saved_visualizations/a.bmp_overlay.png");
  EXPECT_EQ(draw(store, "a.BMP", {}), "saved_visualizations/a.BMP_overlay.png");
}

TEST_F(VisualizationTest, AnOlderOneIsReplacedAndRejectedObjectsAreLeftOut) {
  Store& store = annotated({"a.bmp"});
  const std::filesystem::path file = draw(store, "a.bmp", {});
  const auto before = get(file.string());
  LoadedPicture loaded = store.load("a.bmp");
  for (Annotation& each : loaded.content.annotations) each.review = Review::rejected;
  store.save(loaded.content, loaded.revision);
  draw(store, "a.bmp", {});
  const auto rejected = get(file.string());
  EXPECT_NE(rejected, before);
  loaded = store.load("a.bmp");
  loaded.content.annotations.clear();
  store.save(loaded.content, loaded.revision);
  draw(store, "a.bmp", {});
  EXPECT_EQ(get(file.string()), rejected);
}

TEST_F(VisualizationTest, NothingIsWrittenThroughALinkOutOfTheProject) {
  Store& store = annotated({"a.bmp"});
  const std::filesystem::path outside = folder_.string() + "-outside";
  std::filesystem::create_directory(outside);
  std::filesystem::create_directory_symlink(outside, store.folder() / "saved_visualizations");
  EXPECT_THROW(draw(store, "a.bmp", {}), DatasetError);
  EXPECT_TRUE(std::filesystem::is_empty(outside));
  std::filesystem::remove(outside);
}

TEST_F(VisualizationTest, OnlyKnownPictures) {
  Store& store = annotated({"a.bmp"});
  EXPECT_THROW(draw(store, "../a.bmp", {}), DatasetError);
  EXPECT_THROW(draw(store, "b.bmp", {}), DatasetError);
}

}  // namespace
}  // namespace sam
