"""What OTP builds on processes: servers, tasks, supervisors, a registry."""
