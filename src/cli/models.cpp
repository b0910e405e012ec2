#include <iomanip>
#include <iostream>

#include "cli/known_models.h"
#include "cli/predictor_options.h"
#include "segmentation/registry.h"

namespace sam {
namespace {

ModelCatalog catalog_of(Program& program) {
  return ModelCatalog(data_folder(program.environment), program.files);
}

// Loads both files as a prediction would; throws what is wrong with them.
PredictorInfo check(PredictorOptions options, Program& program) {
  options.device = "cpu";
  const Engine engine = make_engine(options, program);
  if (!engine.parts.predictor) {
    throw ModelError((options.model.empty() ? options.encoder : options.model) +
                     " needs more memory than there is; see sam-annotator memory");
  }
  return engine.parts.predictor->info();
}

int list(Program& program) {
  const auto line = [](std::string_view name, std::string_view family) -> std::ostream& {
    return std::cout << std::left << std::setw(20) << name << std::setw(10) << family;
  };
  for (const NamedModel& model : known_models(program)) {
    line(model.name, model.family);
    if (model.name == built_in_name) std::cout << "comes with the program; used where none is named: ";
    std::cout << model.encoder.string() << "  " << model.decoder.string() << '\n';
  }
  line(grabcut_name, grabcut_name) << "needs no file\n";
  return exit_done;
}

int add(Program& program, const std::string& name, const std::string& encoder, const std::string& decoder) {
  if (name == grabcut_name || name == built_in_name)
    throw CatalogError("'" + name + "' is the name of what comes with the program; choose another");
  ModelCatalog catalog = catalog_of(program);
  if (catalog.find(name))
    throw CatalogError("there is a model '" + name + "' already; remove it first: sam-annotator models remove " + name);
  PredictorOptions files;
  files.encoder = encoder;
  files.decoder = decoder;
  const PredictorInfo info = check(files, program);
  catalog.add({name, std::filesystem::absolute(encoder).lexically_normal(),
               std::filesystem::absolute(decoder).lexically_normal(), info.family});
  std::cout << "added " << name << ": " << info.describe << "\nuse it with --model " << name << '\n';
  return exit_done;
}

int remove(Program& program, const std::string& name) {
  ModelCatalog catalog = catalog_of(program);
  if (name == built_in_name && !catalog.find(name))
    throw CatalogError("'" + name + "' comes with the program and stays");
  catalog.remove(name);
  std::cout << "removed " << name << "; its files stay where they are\n";
  return exit_done;
}

int check_all(Program& program, const std::string& only) {
  if (only == grabcut_name) {
    std::cout << grabcut_name << ": fine: needs no file\n";
    return exit_done;
  }
  int status = exit_done;
  bool found = false;
  const auto broken = [&](std::string_view name, const std::string& why) {
    std::cout << name << ": broken: " << why << '\n';
    status = exit_failed;
  };
  if ((only.empty() || only == built_in_name) && !built_in_model(program)) {
    found = true;
    broken(built_in_name, built_in_is_missing(program));
  }
  for (const NamedModel& model : known_models(program)) {
    if (!only.empty() && model.name != only) continue;
    found = true;
    try {
      PredictorOptions options;
      options.model = model.name;
      const PredictorInfo info = check(options, program);
      std::cout << model.name << ": fine: " << info.describe << '\n';
    } catch (const std::exception& error) {
      broken(model.name, error.what());
    }
  }
  if (!only.empty() && !found)
    throw CatalogError("there is no model '" + only + "'; sam-annotator models list shows all");
  return status;
}

}  // namespace

void add_models_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand("models", "lists, adds, removes and checks models kept by name");
  command->require_subcommand(1);

  CLI::App* list_command = command->add_subcommand("list", "the models kept by name");
  list_command->callback([&program] { program.run = [&program] { return list(program); }; });

  struct Arguments {
    std::string name, encoder, decoder;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* add_command =
      command->add_subcommand("add", "keeps a pair of ONNX files under a name; the files stay where they are");
  add_command->add_option("NAME", arguments->name)->required();
  add_command->add_option("ENCODER", arguments->encoder)->required();
  add_command->add_option("DECODER", arguments->decoder)->required();
  add_command->callback([&program, arguments] {
    program.run = [&program, arguments] {
      return add(program, arguments->name, arguments->encoder, arguments->decoder);
    };
  });

  CLI::App* remove_command = command->add_subcommand("remove", "forgets a name");
  remove_command->add_option("NAME", arguments->name)->required();
  remove_command->callback(
      [&program, arguments] { program.run = [&program, arguments] { return remove(program, arguments->name); }; });

  CLI::App* check_command = command->add_subcommand("check", "loads each model and says what is wrong with it");
  check_command->add_option("NAME", arguments->name, "only this one");
  check_command->callback(
      [&program, arguments] { program.run = [&program, arguments] { return check_all(program, arguments->name); }; });
}

}  // namespace sam
