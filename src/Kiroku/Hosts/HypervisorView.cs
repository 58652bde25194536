using System.Text.Json;
using Kiroku.Api;
using Host = Kiroku.Nodes.Host;

namespace Kiroku.Hosts;

/// <summary>Writes a host as os-hypervisors shows it, key by key as each microversion has it.</summary>
internal sealed class HypervisorView(Microversion version)
{
    private const long GiB = 1024L * 1024 * 1024;

    /// <param name="json">The writer.</param>
    /// <param name="host">The host.</param>
    /// <param name="detailed">Whether to write its capacity and use, too.</param>
    /// <param name="serversOfHosts">The servers by their hosts; null to show none.</param>
    public void Write(
        Utf8JsonWriter json, Host host, bool detailed, ILookup<string, (Guid Id, string Name)>? serversOfHosts)
    {
        IReadOnlyList<(Guid Id, string Name)>? servers = serversOfHosts is null ? null : [.. serversOfHosts[host.Name]];
        json.WriteStartObject();
        WriteBrief(json, host);
        if (detailed)
            WriteDetail(json, host);
        if (servers is { Count: > 0 } || (servers is not null && version >= 75))
            WriteServers(json, servers);
        json.WriteEndObject();
    }

    public void WriteWithUptime(Utf8JsonWriter json, Host host)
    {
        json.WriteStartObject();
        WriteBrief(json, host);
        json.WriteString("uptime", host.Node.Uptime);
        json.WriteEndObject();
    }

    public static void WriteStatistics(Utf8JsonWriter json, IReadOnlyList<Host> hosts)
    {
        json.WriteStartObject();
        json.WriteNumber("count", hosts.Count);
        WriteAmounts(json, hosts);
        json.WriteEndObject();
    }

    private void WriteBrief(Utf8JsonWriter json, Host host)
    {
        ServicesApi.WriteId(json, version, host, host.Id);
        json.WriteString("hypervisor_hostname", host.Name);
        json.WriteString("state", host.IsUp ? "up" : "down");
        json.WriteString("status", host.Service.Status);
    }

    private void WriteDetail(Utf8JsonWriter json, Host host)
    {
        json.WriteString("hypervisor_type", host.Kind);
        json.WriteNumber("hypervisor_version", VersionNumber(host.Capacity.HypervisorVersion));
        json.WriteString("host_ip", host.Address);
        json.WriteStartObject("service");
        ServicesApi.WriteId(json, version, host, host.ServiceId);
        json.WriteString("host", host.Name);
        json.WriteString("disabled_reason", host.Service.DisabledReason);
        json.WriteEndObject();
        if (version >= 88)
        {
            json.WriteString("uptime", host.IsUp ? host.Node.Uptime : null);
            return;
        }
        WriteAmounts(json, [host]);
        if (version >= 28)
        {
            json.WriteStartObject("cpu_info");
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("cpu_info", "{}");
        }
    }

    private static void WriteAmounts(Utf8JsonWriter json, IReadOnlyList<Host> hosts)
    {
        var (vcpus, memory, disk) = (Sum(host => host.Capacity.Vcpus), Sum(host => host.Capacity.MemoryMiB),
            Sum(host => host.Capacity.DiskBytes / GiB));
        json.WriteNumber("vcpus", vcpus);
        json.WriteNumber("memory_mb", memory);
        json.WriteNumber("local_gb", disk);
        json.WriteNumber("vcpus_used", Sum(host => host.Use.Vcpus));
        json.WriteNumber("memory_mb_used", Sum(host => host.Use.MemoryMib));
        json.WriteNumber("local_gb_used", Sum(host => host.Use.DiskGib));
        json.WriteNumber("free_ram_mb", memory - Sum(host => host.Use.MemoryMib));
        json.WriteNumber("free_disk_gb", disk - Sum(host => host.Use.DiskGib));
        json.WriteNumber("current_workload", Sum(host => host.Use.Busy));
        json.WriteNumber("running_vms", Sum(host => host.Use.Servers));
        json.WriteNumber("disk_available_least", Sum(host => host.Capacity.DiskFreeBytes / GiB));

        long Sum(Func<Host, long> amount) => hosts.Sum(amount);
    }

    private static void WriteServers(Utf8JsonWriter json, IReadOnlyList<(Guid Id, string Name)> servers)
    {
        json.WriteStartArray("servers");
        foreach (var (id, name) in servers)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("uuid", id);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>The version as libvirt's number: 7.2.17 is 7002017.</summary>
    private static int VersionNumber(string text)
        => Version.TryParse(text, out var parts)
            ? (parts.Major * 1_000_000) + (parts.Minor * 1000) + Math.Max(parts.Build, 0)
            : 0;
}
