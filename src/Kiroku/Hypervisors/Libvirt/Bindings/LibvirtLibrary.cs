namespace Kiroku.Hypervisors.Libvirt.Bindings;

/// <summary>The library that all imports come from.</summary>
internal static class LibvirtLibrary
{
    /// <summary>The name with its version: the one without belongs to the development package.</summary>
    public const string Name = "libvirt.so.0";
}
