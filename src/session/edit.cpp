#include "session/edit.h"

namespace sam {
namespace {

struct NameOf {
  std::string_view operator()(const AddAnnotation&) const { return "add"; }
  std::string_view operator()(const SetMask&) const { return "set_mask"; }
  std::string_view operator()(const SetPolygon&) const { return "set_polygon"; }
  std::string_view operator()(const Paint&) const { return "paint"; }
  std::string_view operator()(const MergeAnnotations&) const { return "merge"; }
  std::string_view operator()(const SubtractAnnotations&) const { return "subtract"; }
  std::string_view operator()(const FillHoles&) const { return "fill_holes"; }
  std::string_view operator()(const DropSpecks&) const { return "drop_specks"; }
  std::string_view operator()(const SimplifyOutlines&) const { return "simplify"; }
  std::string_view operator()(const ReorderAnnotations&) const { return "order"; }
  std::string_view operator()(const CopyAnnotations&) const { return "copy"; }
  std::string_view operator()(const ReviewAnnotations&) const { return "review"; }
  std::string_view operator()(const MarkPicture&) const { return "mark"; }
  std::string_view operator()(const DeleteAnnotations&) const { return "delete"; }
  std::string_view operator()(const SetClass&) const { return "set_class"; }
  std::string_view operator()(const ClearAnnotations&) const { return "clear"; }
  std::string_view operator()(const Undo&) const { return "undo"; }
  std::string_view operator()(const Redo&) const { return "redo"; }
};

}  // namespace

std::string_view edit_name(const Edit& edit) {
  return std::visit(NameOf(), edit);
}

}  // namespace sam
