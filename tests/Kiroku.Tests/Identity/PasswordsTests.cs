using System.Buffers.Binary;
using Kiroku.Identity.SigningIn;

namespace Kiroku.Tests.Identity;

public sealed class PasswordsTests
{
    /// <summary>Other tests' services hash less often.</summary>
    [Fact]
    public async Task The_service_hashes_a_password_a_hundred_thousand_times()
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-test-").FullName;
        await using (var app = KirokuApp.Build(new ServiceSettings
        {
            DataDirectory = folder,
            Listen = "http://127.0.0.1:0",
            Hypervisor = "test:///default",
        }))
        {
            var hash = Convert.FromBase64String(app.Services.GetRequiredService<Passwords>().Hash("secret"));
            // ASP.NET's format: a version, the function, and how often it was applied.
            Assert.Equal(100_000u, BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(5)));
        }
        TestFolder.Delete(folder);
    }
}
