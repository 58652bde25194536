using System.Data.Common;

namespace Kiroku.Quotas;

/// <summary>Counts what a project's servers take up of its quotas: servers are known in their own room.</summary>
internal interface IProjectUsage
{
    /// <summary>What they take up now, within the caller's transaction.</summary>
    Task<ProjectUsage> CountAsync(DbConnection connection, string projectId);

    /// <summary>How many server groups the project has.</summary>
    Task<long> CountGroupsAsync(DbConnection connection, string projectId);
}

/// <summary>What a project's servers take up, whether they are on a host or not.</summary>
internal sealed record ProjectUsage(long Servers, long Vcpus, long MemoryMiB);
