"""Stands in for packages that readers import for other work of theirs (windows, tensors, tables) and that reading does not touch: 40 MB are
installed instead of 3 GB. What a stand-in is asked for is another one; its classes can be derived from and have no behaviour."""

import importlib.abc
import importlib.machinery
import importlib.metadata
import sys
import types

NAMES = (
    "PyQt5 cv2 imagesize imgviz json_stream matplotlib onnxruntime pandas polars psutil pyarrow requests scipy thop torch torchvision"
).split()
VERSION = "2.0.0"


class _Anything(types.ModuleType):
    def __getattr__(self, name):
        if name == "__version__":
            return VERSION
        if name.startswith("__"):
            raise AttributeError(name)
        if name[:1].isupper():
            value = type(name, (Warning if name.endswith("Warning") else object,), {})
        else:
            value = _Anything(f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value

    # As a decorator with or without arguments, it leaves functions as they are.
    def __call__(self, *arguments, **_):
        return arguments[0] if len(arguments) == 1 and callable(arguments[0]) else self

    def __getitem__(self, _):
        return self

    def __iter__(self):
        return iter(())


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in NAMES:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = _Anything(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module):
        pass


def install():
    sys.meta_path.insert(0, _Finder())
    real_version = importlib.metadata.version
    importlib.metadata.version = lambda name: VERSION if name in NAMES else real_version(name)
