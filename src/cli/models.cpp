#include <iomanip>
#include <iostream>

#include "cli/predictor_options.h"
#include "segmentation/registry.h"
#include "settings/model_catalog.h"

namespace sam {
namespace {

ModelCatalog catalog_of(Program& program) {
  return ModelCatalog(data_folder(program.environment), program.files);
}

// Loads both files as a prediction would; throws what is wrong with them.
PredictorInfo check(const std::filesystem::path& encoder, const std::filesystem::path& decoder, Program& program) {
  PredictorOptions options;
  options.encoder = encoder.string();
  options.decoder = decoder.string();
  options.device = "cpu";
  const Engine engine = make_engine(options, program);
  if (!engine.parts.predictor) {
    throw ModelError(encoder.string() + " needs more memory than there is; see sam-annotator memory");
  }
  return engine.parts.predictor->info();
}

int list(Program& program) {
  std::cout << std::left << std::setw(20) << "grabcut" << std::setw(10) << "grabcut" << "built in; needs no file\n";
  const ModelCatalog catalog = catalog_of(program);
  for (const NamedModel& model : catalog.models()) {
    std::cout << std::left << std::setw(20) << model.name << std::setw(10) << model.family << model.encoder.string()
              << "  " << model.decoder.string() << '\n';
  }
  return exit_done;
}

int add(Program& program, const std::string& name, const std::string& encoder, const std::string& decoder) {
  if (name == "grabcut") throw CatalogError("'grabcut' is the name of the built-in predictor; choose another");
  ModelCatalog catalog = catalog_of(program);
  if (catalog.find(name))
    throw CatalogError("there is a model '" + name + "' already; remove it first: sam-annotator models remove " + name);
  const PredictorInfo info = check(encoder, decoder, program);
  catalog.add({name, std::filesystem::absolute(encoder).lexically_normal(),
               std::filesystem::absolute(decoder).lexically_normal(), info.family});
  std::cout << "added " << name << ": " << info.describe << "\nuse it with --model " << name << '\n';
  return exit_done;
}

int remove(Program& program, const std::string& name) {
  catalog_of(program).remove(name);
  std::cout << "removed " << name << "; its files stay where they are\n";
  return exit_done;
}

int check_all(Program& program, const std::string& only) {
  const ModelCatalog catalog = catalog_of(program);
  if (!only.empty() && !catalog.find(only))
    throw CatalogError("there is no model '" + only + "'; sam-annotator models list shows all");
  int status = exit_done;
  for (const NamedModel& model : catalog.models()) {
    if (!only.empty() && model.name != only) continue;
    try {
      std::cout << model.name << ": fine: " << check(model.encoder, model.decoder, program).describe << '\n';
    } catch (const std::exception& error) {
      std::cout << model.name << ": broken: " << error.what() << '\n';
      status = exit_failed;
    }
  }
  if (catalog.models().empty())
    std::cout << "no models are kept by name; add one with sam-annotator models add NAME ENCODER DECODER\n";
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
