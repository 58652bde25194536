namespace Kiroku.Scheduling;

/// <summary>
/// Processors, memory (MiB) and disk (GiB): what a server takes up on its host, or all that a host gives.
/// </summary>
internal sealed record Claim(int Vcpus, int MemoryMiB, int DiskGiB)
{
    public static readonly Claim None = new(0, 0, 0);

    public static Claim operator +(Claim a, Claim b)
        => new(a.Vcpus + b.Vcpus, a.MemoryMiB + b.MemoryMiB, a.DiskGiB + b.DiskGiB);

    public static Claim operator -(Claim a, Claim b)
        => new(a.Vcpus - b.Vcpus, a.MemoryMiB - b.MemoryMiB, a.DiskGiB - b.DiskGiB);

    /// <summary>What a server claims while it is resized: both disks exist, but only one of the two machines runs at
    /// a time.</summary>
    public static Claim OfBoth(Claim a, Claim b)
        => new(Math.Max(a.Vcpus, b.Vcpus), Math.Max(a.MemoryMiB, b.MemoryMiB), a.DiskGiB + b.DiskGiB);
}
