using Kiroku.Flavors;

namespace Kiroku.Servers.State;

/// <summary>Copies from a flavor what a server keeps of it.</summary>
internal static class ServerFlavors
{
    public static ServerFlavor Of(
        Flavor flavor) => new(flavor.Id, flavor.Name, flavor.Vcpus, flavor.MemoryMib, flavor.DiskGib)
        {
            ExtraSpecs = flavor.ReadExtraSpecs(),
        };
}
