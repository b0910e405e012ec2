#include "image/tiles.h"

#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "image/orientation.h"
#include "picture_files.h"

namespace sam {
namespace {

// Smooth, so that JPEG keeps it, and without symmetry.
int slopes(int x, int y, int band) {
  return band == 0 ? x * 240 / 3000 : band == 1 ? y * 240 / 3000 : 240 - (x + y) * 240 / 6000;
}

class TilesTest : public PictureTest {
 protected:
  Image decode(const std::string& jpeg) const { return decode_image(write_bytes("answer.jpg", jpeg), {}); }

  std::filesystem::path cache() const { return folder_ / "cache"; }

  std::size_t unpacked_files() const {
    std::size_t count = 0;
    if (!std::filesystem::exists(cache())) return 0;
    for (const auto& entry : std::filesystem::directory_iterator(cache()))
      count += entry.path().extension() == ".tiles";
    return count;
  }

  // All tiles of a level, put together.
  Image assemble(const std::filesystem::path& path, int level) const {
    const Size whole = read_image_info(path, {}).file_size;
    const int scale = 1 << level;
    const Size size{(whole.width + scale - 1) / scale, (whole.height + scale - 1) / scale};
    auto pixels = std::make_shared<std::uint8_t[]>(std::size_t{3} * size.width * size.height);
    for (int y = 0; y < size.height; y += tile_side) {
      for (int x = 0; x < size.width; x += tile_side) {
        const Image tile = decode(make_tile(path, {}, {level, x / tile_side, y / tile_side}, cache()));
        EXPECT_EQ(tile.size(), (Size{std::min(tile_side, size.width - x), std::min(tile_side, size.height - y)}));
        for (int row = 0; row < tile.size().height; ++row) {
          std::memcpy(pixels.get() + (static_cast<std::size_t>(y + row) * size.width + x) * 3, tile.view().row(row),
                      std::size_t{3} * tile.size().width);
        }
      }
    }
    return Image(size, pixels);
  }
};

TEST_F(TilesTest, LevelsHalveUntilOneTileHoldsAll) {
  EXPECT_EQ(tile_levels({1, 1}), 1);
  EXPECT_EQ(tile_levels({512, 512}), 1);
  EXPECT_EQ(tile_levels({513, 5}), 2);
  EXPECT_EQ(tile_levels({1024, 1024}), 2);
  EXPECT_EQ(tile_levels({1025, 1}), 3);
  EXPECT_EQ(tile_levels({20000, 10000}), 7);
}

TEST_F(TilesTest, ProxyIsTheUprightPictureAtMostSoLarge) {
  const auto path = write("a.tif", {900, 600}, 3, slopes, "", 6);
  const Image whole = decode(make_proxy(path, {}));
  EXPECT_EQ(whole.size(), (Size{600, 900}));
  EXPECT_LE(difference(whole, decode_image(path, {})), 8);
  EXPECT_EQ(decode(make_proxy(path, {}, 90)).size(), (Size{60, 90}));
  EXPECT_THROW(make_proxy(path, {.max_pixels = 1000}), ImageError);
}

TEST_F(TilesTest, ASmallPictureIsCutWithoutACache) {
  for (const char* name : {"a.png", "a.jpg", "a.tif"}) {
    const auto path = write(name, {1100, 700}, 3, slopes);
    EXPECT_LE(difference(assemble(path, 0), decode_image(path, {})), 8) << name;
    EXPECT_LE(difference(assemble(path, 2), resize_area(decode_image(path, {}).view(), {275, 175})), 8) << name;
  }
  EXPECT_EQ(unpacked_files(), 0U);
}

TEST_F(TilesTest, ALargePictureIsUnpackedOnce) {
  const Size size{2501, 1703};
  for (const char* name : {"a.jpg", "a.tif"}) {
    const auto path = write(name, size, 3, slopes);
    const Image whole = decode_image(path, {});
    for (int level = 0; level < tile_levels(size); ++level) {
      const int scale = 1 << level;
      const Size reduced{(size.width + scale - 1) / scale, (size.height + scale - 1) / scale};
      const Image expected = level == 0 ? whole : resize_area(whole.view(), reduced);
      EXPECT_LE(difference(assemble(path, level), expected), 10) << name << " level " << level;
    }
  }
  EXPECT_EQ(unpacked_files(), 2U);
}

TEST_F(TilesTest, ATiledTiffIsCutFromTheFile) {
  const auto path = write("a.tif", {2501, 1703}, 3, slopes, "[tile,tile-width=256,tile-height=256]");
  EXPECT_LE(difference(assemble(path, 0), decode_image(path, {})), 8);
  EXPECT_EQ(assemble(path, 2).size(), (Size{626, 426}));
  EXPECT_EQ(unpacked_files(), 0U);
}

TEST_F(TilesTest, OrientationHoldsForTiles) {
  const auto small = write("small.png", {700, 520}, 3, slopes);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto path = rewrite(small, "small.jpg", "", orientation);
    EXPECT_LE(difference(assemble(path, 0), decode_image(path, {})), 8) << orientation;
  }
  const auto large = write("large.tif", {2056, 1952}, 3, slopes);
  for (const int orientation : {2, 3, 5, 6, 7, 8}) {
    const Image whole = decode_image(rewrite(large, "a.tif", "", orientation), {});
    const Image reduced = resize_area(whole.view(), {whole.size().width / 4, whole.size().height / 4});
    for (const char* options : {"[tile]", "[compression=none]"}) {
      const auto path = rewrite(large, "a.tif", options, orientation);
      EXPECT_LE(difference(assemble(path, 2), reduced), 10) << orientation << options;
      if (orientation != 6) continue;
      EXPECT_LE(difference(assemble(path, 0), whole), 8) << options;
    }
  }
}

TEST_F(TilesTest, AChangedPictureIsUnpackedAgain) {
  const auto path = write("a.png", {2100, 2000}, 3, slopes);
  make_tile(path, {}, {0, 0, 0}, cache());
  write("a.png", {2100, 2000}, 3, [](int, int, int) { return 7; });
  const Image tile = decode(make_tile(path, {}, {0, 0, 0}, cache()));
  EXPECT_NEAR(tile.view().pixels[0], 7, 2);
}

TEST_F(TilesTest, OutsideThePyramidThereAreNone) {
  const auto path = write("a.png", {1100, 700}, 3, slopes);
  for (const TileAddress tile :
       {TileAddress{-1, 0, 0}, {3, 0, 0}, {0, 3, 0}, {0, 0, 2}, {0, -1, 0}, {0, 0, -1}, {99, 0, 0}}) {
    EXPECT_THROW(make_tile(path, {}, tile, cache()), std::out_of_range);
  }
  EXPECT_THROW(make_tile(path, {.max_pixels = 1000}, {0, 0, 0}, cache()), ImageError);
  EXPECT_THROW(make_tile(write_bytes("b.png", "text"), {}, {0, 0, 0}, cache()), ImageError);
}

TEST_F(TilesTest, ATruncatedPictureLeavesNothingInTheCache) {
  const std::string bytes = read_bytes(write("a.png", {2100, 2000}, 3, slopes));
  const auto path = write_bytes("a.png", bytes.substr(0, bytes.size() * 2 / 3));
  EXPECT_THROW(make_tile(path, {}, {0, 0, 0}, cache()), ImageError);
  for (const auto& entry : std::filesystem::directory_iterator(cache())) EXPECT_EQ(entry.path().filename(), "lock");
}

TEST_F(TilesTest, ACacheThatCannotBeWrittenIsAnError) {
  const auto path = write("a.png", {2100, 2000}, 3, slopes);
  write_bytes("cache", "a file where the folder should be");
  EXPECT_THROW(make_tile(path, {}, {0, 0, 0}, cache()), ImageError);
}

TEST_F(TilesTest, ThreadsShareOneUnpacking) {
  const auto path = write("a.jpg", {2501, 1703}, 3, slopes);
  std::vector<std::string> tiles(4);
  std::vector<std::thread> threads;
  for (std::string& tile : tiles) {
    threads.emplace_back([&] { tile = make_tile(path, {}, {1, 1, 1}, cache()); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& tile : tiles) EXPECT_EQ(tile, tiles[0]);
  EXPECT_EQ(unpacked_files(), 1U);
}

TEST_F(TilesTest, ADamagedPyramidIsMadeAgain) {
  const auto path = write("a.png", {2100, 2000}, 3, slopes);
  const std::string tile = make_tile(path, {}, {2, 0, 0}, cache());
  std::filesystem::path pyramid;
  for (const auto& entry : std::filesystem::directory_iterator(cache())) {
    if (entry.path().extension() == ".tiles") pyramid = entry.path();
  }
  const std::string whole = read_bytes(pyramid);
  for (const std::size_t length : {std::size_t{0}, std::size_t{8}, std::size_t{60}, whole.size() / 2}) {
    std::filesystem::resize_file(pyramid, length);
    EXPECT_EQ(make_tile(path, {}, {2, 0, 0}, cache()), tile) << length;
    EXPECT_EQ(read_bytes(pyramid), whole) << length;
  }
}

TEST_F(TilesTest, TrimmingTakesWhatWasNotUsedForLongest) {
  std::filesystem::create_directories(cache());
  const auto now = std::filesystem::file_time_type::clock::now();
  for (int i = 0; i < 5; ++i) {
    const auto path = write_bytes("cache/" + std::to_string(i) + ".tiles", std::string(100, 'x'));
    std::filesystem::last_write_time(path, now - std::chrono::hours(i + 1));
  }
  std::filesystem::last_write_time(write_bytes("cache/old.part", "x"), now - std::chrono::hours(48));
  write_bytes("cache/new.part", "x");
  trim_tile_cache(cache(), 250);
  EXPECT_EQ(unpacked_files(), 2U);
  EXPECT_TRUE(std::filesystem::exists(cache() / "0.tiles"));
  EXPECT_TRUE(std::filesystem::exists(cache() / "1.tiles"));
  EXPECT_FALSE(std::filesystem::exists(cache() / "old.part"));
  EXPECT_TRUE(std::filesystem::exists(cache() / "new.part"));
  trim_tile_cache(folder_ / "none", 0);
  std::filesystem::last_write_time(cache() / "0.tiles", now);
  trim_tile_cache(cache(), 0);
  EXPECT_EQ(unpacked_files(), 1U);
}

}  // namespace
}  // namespace sam
