namespace Kiroku.Hypervisors.Libvirt.Bindings;

/// <summary>The library that all imports are from.</summary>
internal static class LibvirtLibrary
{
    /// <summary>With its version: the name without one belongs to the development package.</summary>
    public const string Name = "libvirt.so.0";
}
