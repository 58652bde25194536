using System.Net;
using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Hosts;

/// <summary>A host as os-hypervisors shows it, key by key as each microversion has it.</summary>
internal sealed class HypervisorView(Microversion version, ServiceSettings settings)
{
    private const long GiB = 1024L * 1024 * 1024;

    public void Write(Utf8JsonWriter json, Host host, bool detailed, IReadOnlyList<(Guid Id, string Name)>? servers)
    {
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
        json.WriteString("uptime", HostUptime.Read(settings));
        json.WriteEndObject();
    }

    public static void WriteStatistics(Utf8JsonWriter json, Host host)
    {
        json.WriteStartObject();
        json.WriteNumber("count", 1);
        WriteAmounts(json, host);
        json.WriteEndObject();
    }

    private void WriteBrief(Utf8JsonWriter json, Host host)
    {
        ServicesApi.WriteId(json, version, host.Id);
        json.WriteString("hypervisor_hostname", host.Name);
        json.WriteString("state", host.IsUp ? "up" : "down");
        json.WriteString("status", host.Service.Status);
    }

    private void WriteDetail(Utf8JsonWriter json, Host host)
    {
        json.WriteString("hypervisor_type", host.Kind);
        json.WriteNumber("hypervisor_version", VersionNumber(host.Capacity.HypervisorVersion));
        json.WriteString("host_ip", Address());
        json.WriteStartObject("service");
        ServicesApi.WriteId(json, version, host.ServiceId);
        json.WriteString("host", host.Name);
        json.WriteString("disabled_reason", host.Service.DisabledReason);
        json.WriteEndObject();
        if (version >= 88)
        {
            json.WriteString("uptime", HostUptime.Read(settings));
            return;
        }
        WriteAmounts(json, host);
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

    private static void WriteAmounts(Utf8JsonWriter json, Host host)
    {
        var (has, used) = (host.Capacity, host.Use);
        json.WriteNumber("vcpus", has.Vcpus);
        json.WriteNumber("memory_mb", has.MemoryMiB);
        json.WriteNumber("local_gb", has.DiskBytes / GiB);
        json.WriteNumber("vcpus_used", used.Vcpus);
        json.WriteNumber("memory_mb_used", used.MemoryMib);
        json.WriteNumber("local_gb_used", used.DiskGib);
        json.WriteNumber("free_ram_mb", has.MemoryMiB - used.MemoryMib);
        json.WriteNumber("free_disk_gb", (has.DiskBytes / GiB) - used.DiskGib);
        json.WriteNumber("current_workload", used.Busy);
        json.WriteNumber("running_vms", used.Servers);
        json.WriteNumber("disk_available_least", has.DiskFreeBytes / GiB);
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

    /// <summary>As libvirt counts: 7.2.17 is 7002017.</summary>
    private static int VersionNumber(string text)
        => Version.TryParse(text, out var parts) ? (parts.Major * 1_000_000) + (parts.Minor * 1000) + Math.Max(parts.Build, 0) : 0;

    private string Address()
        => IPAddress.TryParse(new Uri(settings.Listen).Host, out var address) && !address.Equals(IPAddress.Any) ? address.ToString() : IPAddress.Loopback.ToString();
}
